"""Release notes: changes grouped by what a reader looks for, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.model import Literal
from graph.overlay import Overlay
from graph.vocabulary import DEFINITION
from kgcl import changes as c
from kgcl.describe import describe
from kgcl.resolve import Resolver

if TYPE_CHECKING:
    from graph.model import Delta, Node
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot

_CREATIONS: Final = (c.NodeCreation, c.ClassCreation, c.ObjectPropertyCreation)

SECTIONS: Final[tuple[tuple[str, tuple[type[c.Change], ...]], ...]] = (
    ("New terms", _CREATIONS),
    (
        "Obsoleted terms",
        (
            c.NodeObsoletion,
            c.NodeObsoletionWithDirectReplacement,
            c.NodeObsoletionWithNoDirectReplacement,
            c.MultiNodeObsoletion,
        ),
    ),
    ("Merged terms", (c.NodeDirectMerge,)),
    ("Deleted terms", (c.NodeDeletion,)),
    ("Terms in use again", (c.NodeUnobsoletion,)),
    ("Renamed terms", (c.NodeRename, c.NameBecomesSynonym, c.SetLanguageForName)),
    ("Moved terms", (c.NodeMove, c.PredicateChange, c.EdgeRewiring)),
    (
        "Edges",
        (
            c.EdgeCreation,
            c.EdgeDeletion,
            c.EdgeObsoletion,
            c.PlaceUnder,
            c.RemoveUnder,
            c.EdgeLogicalInterpretationChange,
            c.LogicalAxiomChange,
        ),
    ),
    (
        "Definitions",
        (c.NewTextDefinition, c.TextDefinitionReplacement, c.RemoveTextDefinition),
    ),
    (
        "Synonyms",
        (
            c.NewSynonym,
            c.SynonymReplacement,
            c.RemoveSynonym,
            c.SynonymPredicateChange,
            c.SynonymTypeChange,
            c.NodeSynonymChange,
        ),
    ),
    (
        "Mappings",
        (
            c.NewMapping,
            c.RemoveMapping,
            c.MappingReplacement,
            c.MappingPredicateChange,
            c.NodeMappingChange,
            c.MappingCreation,
        ),
    ),
    ("Subsets", (c.AddNodeToSubset, c.RemoveNodeFromSubset)),
    (
        "Other",
        (
            c.NodeAnnotationChange,
            c.NodeAnnotationReplacement,
            c.NewMetadataAssertion,
            c.RemoveMetadataAssertion,
            c.MetadataAssertionReplacement,
            c.MetadataAssertionPredicateChange,
            c.NodeMetadataAssertionChange,
            c.Transaction,
            c.StatementAddition,
            c.StatementRemoval,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One group of notes: a title and a sentence per change."""

    title: str
    lines: tuple[str, ...]


def release_notes(
    changes: Sequence[c.Change], before: Snapshot, delta: Delta, prefixes: PrefixMap
) -> list[Section]:
    """The changes of a release as sections; what was said of a new term is told with it."""
    after = Overlay(before, delta)
    name = namer(before, after, prefixes)
    resolver = Resolver(after, prefixes)
    new = {
        resolver.node(x.about_node) for x in changes if isinstance(x, _CREATIONS) and x.about_node
    }
    sections = []
    for title, kinds in SECTIONS:
        lines = [
            _line(change, after, resolver, name)
            for change in changes
            if isinstance(change, kinds) and not _told_with_term(change, new, resolver)
        ]
        if lines:
            sections.append(Section(title, tuple(lines)))
    return sections


def _line(change: c.Change, after: Snapshot, resolver: Resolver, name: Callable[[str], str]) -> str:
    if isinstance(change, _CREATIONS) and change.about_node is not None:
        node = resolver.node(change.about_node)
        definitions = after.statements(subjects={node}, predicates={DEFINITION})
        texts = sorted(s.object.value for s in definitions if isinstance(s.object, Literal))
        return name(node) + (f": {texts[0]}" if texts else "")
    return describe(change, name)


def _told_with_term(change: c.Change, new: set[Node], resolver: Resolver) -> bool:
    """Whether a change only fills in a term that the same release creates."""
    if isinstance(change, _CREATIONS):
        return False
    about = getattr(change, "about_node", None) or getattr(change, "subject", None)
    return isinstance(about, c.Ref) and resolver.node(about) in new


def namer(before: Snapshot, after: Snapshot, prefixes: PrefixMap) -> Callable[[str], str]:
    """Names for nodes in prose: the label with the id behind it."""

    def name(node: str) -> str:
        label = after.labels({node}).get(node) or before.labels({node}).get(node)
        short = prefixes.contract(node)
        return f"{label.value} ({short})" if label else short

    return name


def to_markdown(sections: Iterable[Section], title: str) -> str:
    """Sections as Markdown: a heading each, a bullet per change."""
    parts = [f"# {title}", ""]
    for section in sections:
        parts += [f"## {section.title} ({len(section.lines)})", ""]
        parts += [f"- {_escape(line)}" for line in section.lines]
        parts.append("")
    return "\n".join(parts)


def _escape(line: str) -> str:
    return line.replace("\\", "\\\\").replace("*", "\\*").replace("_", "\\_").replace("\n", " ")
