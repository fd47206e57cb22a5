"""Release notes: changes grouped by what a reader looks for, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.model import Literal
from graph.overlay import Overlay
from graph.vocabulary import (
    COMMENT,
    DEFINITION,
    DISJOINT_WITH,
    OBO_NAMESPACE,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
    VERSION_INFO,
    XREF,
)
from kgcl import changes as c
from kgcl.describe import describe
from kgcl.resolve import Resolver
from queries.axiom_words import axiom_about, axiom_sentence
from queries.branches import Branches

if TYPE_CHECKING:
    from graph.model import Delta, Node
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot

#: Predicates that most files use and few name.
_WORDS: Final[Mapping[Node, str]] = MappingProxyType(
    {
        SUBCLASS_OF: "is a kind of",
        SUBPROPERTY_OF: "is a kind of",
        DISJOINT_WITH: "is disjoint with",
        COMMENT: "comment",
        XREF: "cross-reference",
        OBO_NAMESPACE: "namespace",
        VERSION_INFO: "version",
    }
)
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
    ("Terms with another id", (c.NodeIdChange,)),
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
        ),
    ),
    ("Logical axioms", (c.LogicalAxiomChange,)),
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
class Note:
    """A sentence about a change, and the branch of the hierarchy that it is in, if any."""

    text: str
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One group of notes: a title and a note per change."""

    title: str
    notes: tuple[Note, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences alone."""
        return tuple(note.text for note in self.notes)

    @property
    def branches(self) -> list[tuple[str, list[str]]]:
        """The sentences by branch, branches by name; those of no branch last."""
        found: dict[str, list[str]] = {}
        for note in self.notes:
            found.setdefault(note.branch, []).append(note.text)
        return sorted(found.items(), key=lambda group: (not group[0], group[0].casefold()))


def release_notes(
    changes: Sequence[c.Change],
    before: Snapshot,
    delta: Delta,
    prefixes: PrefixMap,
    names: Mapping[Node, Literal] | None = None,
) -> list[Section]:
    """The changes of a release as sections; what was said of a new term is told with it.

    ``names`` are labels of what neither state names, such as what an ontology imports.
    """
    after = Overlay(before, delta)
    name = namer(before, after, prefixes, names)
    resolver = Resolver(after, prefixes)
    abouts = [_about(change, resolver) for change in changes]
    new = {node for node, change in zip(abouts, changes, strict=True) if _is_creation(change)}
    branch = Branches(before, after, {node for node in abouts if node is not None})
    contract = prefixes.contract
    sections = []
    for title, kinds in SECTIONS:
        notes = [
            Note(_line(change, after, resolver, name), branch.name_of(node, contract))
            for node, change in zip(abouts, changes, strict=True)
            if isinstance(change, kinds) and (_is_creation(change) or node not in new)
        ]
        if notes:
            sections.append(Section(title, tuple(notes)))
    return sections


def _is_creation(change: c.Change) -> bool:
    return isinstance(change, _CREATIONS) and change.about_node is not None


def _about(change: c.Change, resolver: Resolver) -> Node | None:
    """The node that a change is told under."""
    if isinstance(change, c.LogicalAxiomChange):
        axiom = change.old_value if change.new_value is None else change.new_value
        about = None if axiom is None else axiom_about(axiom)
    else:
        edge = getattr(change, "about_edge", None)
        about = getattr(change, "about_node", None) or getattr(edge or change, "subject", None)
    return resolver.node(about) if isinstance(about, c.Ref) else None


def _line(change: c.Change, after: Snapshot, resolver: Resolver, name: Callable[[str], str]) -> str:
    if isinstance(change, c.LogicalAxiomChange):
        return axiom_sentence(change, name)
    if isinstance(change, _CREATIONS) and change.about_node is not None:
        node = resolver.node(change.about_node)
        definitions = after.statements(subjects={node}, predicates={DEFINITION})
        texts = sorted(s.object.value for s in definitions if isinstance(s.object, Literal))
        return name(node) + (f": {texts[0]}" if texts else "")
    return describe(change, name)


def namer(
    before: Snapshot,
    after: Snapshot,
    prefixes: PrefixMap,
    names: Mapping[Node, Literal] | None = None,
) -> Callable[[str], str]:
    """Names for nodes in prose: the label with the id behind it.

    Some words of OWL and OBO are told in English where no state names them.
    """
    more = names or {}

    @cache
    def name(node: str) -> str:
        label = after.labels({node}).get(node) or before.labels({node}).get(node) or more.get(node)
        short = prefixes.contract(node)
        if label is None:
            return _WORDS.get(node, short)
        return label.value if label.value == short else f"{label.value} ({short})"

    return name
