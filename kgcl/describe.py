"""A plain English sentence for each change, for release notes and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from kgcl import changes as c

if TYPE_CHECKING:
    from collections.abc import Iterable


def describe(change: c.Change, name: Callable[[str], str]) -> str:
    """What a change does, in words; ``name`` gives what to call the entity of a Ref's text.

    The reason, where one is given, stands behind.
    """
    sentence = _SENTENCES[type(change)](_Teller(name), change)
    reason = change.meta.reason if change.meta else ""
    return f"{sentence} Reason: {_ended(reason)}" if reason else sentence


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


class _Teller:
    def __init__(self, name: Callable[[str], str]) -> None:
        self.name = name

    def ref(self, ref: c.Ref) -> str:
        return ref.text if ref.kind is c.RefKind.LABEL else self.name(ref.text)

    def refs(self, refs: Iterable[c.Ref]) -> str:
        return _listed([self.ref(ref) for ref in refs], "or")

    def term(self, term: c.Term) -> str:
        if isinstance(term, c.Ref):
            return self.ref(term)
        if isinstance(term, c.Text):
            return _quoted(term.value)
        return f"{term.operator}({', '.join(self.term(part) for part in term.arguments)})"

    def triple(self, subject: c.Ref, predicate: c.Ref, value: c.Term) -> str:
        return f"{self.ref(subject)} {self.ref(predicate)} {self.term(value)}"

    def edge(self, edge: c.Edge) -> str:
        parts = [self.ref(part) for part in (edge.predicate, edge.object) if part is not None]
        return " ".join([self.ref(edge.subject), *parts])


def _quoted(text: str) -> str:
    return f"“{text}”"


def _listed(items: list[str], last: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _synonym(scope: c.Scope | None) -> str:
    return f"{scope} synonym" if scope else "synonym"


def _labelled(t: _Teller, kind: str, node: c.Ref | None, label: str | None) -> str:
    if node is None:
        return f"A new {kind} was created, labelled {_quoted(label or '')}"
    said = "" if label is None else f", labelled {_quoted(label)}"
    return f"The {kind} {t.ref(node)} was created{said}"


def _node(t: _Teller, x: c.NodeCreation) -> str:
    return f"{_labelled(t, x.owl_type.value, x.about_node, x.name)}."


def _class(t: _Teller, x: c.ClassCreation) -> str:
    under = "" if x.superclass is None else f", under {t.ref(x.superclass)}"
    meaning = "" if x.definition is None else f", defined as {_quoted(x.definition)}"
    return f"{_labelled(t, 'class', x.about_node, x.name)}{under}{meaning}."


def _relation(t: _Teller, x: c.ObjectPropertyCreation) -> str:
    return f"{_labelled(t, 'relation', x.about_node, x.name)}."


def _replaced(t: _Teller, x: c.NodeObsoletionWithDirectReplacement) -> str:
    instead = t.ref(x.has_direct_replacement)
    others = x.has_nondirect_replacement
    consider = f", and consider {t.refs(others)}" if others else ""
    return f"{t.ref(x.about_node)} was made obsolete; use {instead} instead{consider}."


def _several(t: _Teller, x: c.MultiNodeObsoletion) -> str:
    nodes = [t.ref(each.about_node) for each in x.change_set if isinstance(each, c.OBSOLETIONS)]
    return f"{_listed(nodes, 'and')} were made obsolete together."


def _unobsoletion(t: _Teller, x: c.NodeUnobsoletion) -> str:
    ends = [node for node in (x.replaced_by, x.consider) if node is not None]
    instead = (
        f", and no longer points at {_listed([t.ref(n) for n in ends], 'and')}" if ends else ""
    )
    return f"{t.ref(x.about_node)} is no longer obsolete{instead}."


def _merge(t: _Teller, x: c.NodeDirectMerge) -> str:
    others = x.has_nondirect_replacement
    consider = f"; consider {t.refs(others)} too" if others else ""
    return f"{t.ref(x.about_node)} was merged into {t.ref(x.has_direct_replacement)}{consider}."


def _rename(t: _Teller, x: c.NodeRename | c.NameBecomesSynonym) -> str:
    was = "" if x.old_value is None else f" from {_quoted(x.old_value)}"
    return f"{t.ref(x.about_node)} was renamed{was} to {_quoted(x.new_value)}"


def _retaining(t: _Teller, x: c.NameBecomesSynonym) -> str:
    article = "an" if x.qualifier is c.Scope.EXACT else "a"
    return f"{_rename(t, x)}; the old name stays as {article} {_synonym(x.qualifier)}."


def _language(t: _Teller, x: c.SetLanguageForName) -> str:
    language = f"the language {x.new_value}" if x.new_value else "no language"
    return f"The label of {t.ref(x.about_node)} now has {language}."


def _synonym_scope(t: _Teller, x: c.SynonymPredicateChange) -> str:
    def kind(value: c.Scope | c.Ref) -> str:
        return value.value if isinstance(value, c.Scope) else t.ref(value)

    was = "" if x.old_value is None else f" from {kind(x.old_value)}"
    return (
        f"The scope of the synonym {_quoted(x.target)} of {t.ref(x.about_node)} changed{was}"
        f" to {kind(x.new_value)}."
    )


def _synonym_type(t: _Teller, x: c.SynonymTypeChange) -> str:
    what = f"The synonym {_quoted(x.target)} of {t.ref(x.about_node)}"
    if x.new_value is None:
        return f"{what} has no type any more."
    return f"{what} now has the type {t.ref(x.new_value)}."


def _some_value(noun: str) -> Callable[[_Teller, Any], str]:
    """A change that may add, remove or replace."""

    def tell(t: _Teller, x: Any) -> str:
        node = t.ref(x.about_node)
        old, new = (
            value if value is None else _quoted(value) if isinstance(value, str) else t.term(value)
            for value in (x.old_value, x.new_value)
        )
        if old is None:
            return f"{node} got the {noun} {new}."
        if new is None:
            return f"{node} lost the {noun} {old}."
        return f"The {noun} {old} of {node} became {new}."

    return tell


def _annotation(t: _Teller, x: c.NodeAnnotationChange) -> str:
    node, predicate = t.ref(x.about_node), t.ref(x.annotation_property)
    if x.old_value is not None and x.new_value is not None:
        change = f"from {t.term(x.old_value)} to {t.term(x.new_value)}"
        return f"The value of {predicate} of {node} changed {change}."
    if x.new_value is not None:
        return f"{node} got the {predicate} {t.term(x.new_value)}."
    return f"{node} lost the {predicate} {t.term(x.old_value)}." if x.old_value else f"{node}."


def _annotation_replacement(t: _Teller, x: c.NodeAnnotationReplacement) -> str:
    return (
        f"{t.ref(x.about_node)} now has {t.term(x.new_value)} as its only"
        f" {t.ref(x.annotation_property)}."
    )


def _mapped(verb: str) -> Callable[[_Teller, c.NewMapping | c.RemoveMapping], str]:
    def tell(t: _Teller, x: c.NewMapping | c.RemoveMapping) -> str:
        by = "" if x.predicate is None else f" ({t.ref(x.predicate)})"
        return f"{t.ref(x.about_node)} {verb} the mapping to {t.term(x.object)}{by}."

    return tell


def _replacement(noun: str) -> Callable[[_Teller, Any], str]:
    return lambda t, x: (
        f"The {noun} {t.term(x.old_value)} of {t.ref(x.about_node)} became {t.term(x.new_value)}."
    )


def _predicate_change(noun: str) -> Callable[[_Teller, Any], str]:
    def tell(t: _Teller, x: Any) -> str:
        what = "" if x.object is None else f" {t.term(x.object)}"
        return (
            f"The predicate of the {noun}{what} of {t.ref(x.about_node)} changed from"
            f" {t.ref(x.old_value)} to {t.ref(x.new_value)}."
        )

    return tell


def _recorded(verb: str) -> Callable[[_Teller, Any], str]:
    return lambda t, x: (
        f"{t.ref(x.about_node)} {verb} the {t.ref(x.predicate)} {t.term(x.object)} in its record."
    )


def _move(verb: str) -> Callable[[_Teller, c.NodeMove], str]:
    def tell(t: _Teller, x: c.NodeMove) -> str:
        edge = x.about_edge
        by = "" if edge.predicate is None else f" ({t.ref(edge.predicate)})"
        was = "" if x.old_value is None else f" from {t.ref(x.old_value)}"
        return f"{t.ref(edge.subject)} {verb}{was} to {t.ref(x.new_value)}{by}."

    return tell


def _predicate(t: _Teller, x: c.PredicateChange) -> str:
    return (
        f"The relationship of {t.edge(x.about_edge)} changed from {t.ref(x.old_value)}"
        f" to {t.ref(x.new_value)}."
    )


def _quantifier(t: _Teller, x: c.EdgeLogicalInterpretationChange) -> str:
    return f"The edge {t.edge(x.about_edge)} now says {_quoted(x.new_value)}."


def _axiom(t: _Teller, x: c.LogicalAxiomChange) -> str:
    if x.old_value is not None and x.new_value is not None:
        return f"The axiom {t.term(x.old_value)} became {t.term(x.new_value)}."
    if x.new_value is not None:
        return f"Added: {t.term(x.new_value)}."
    return f"Removed: {t.term(x.old_value)}." if x.old_value else "An axiom changed."


def _transaction(t: _Teller, x: c.Transaction) -> str:
    inner = " ".join(describe(member, t.name) for member in x.change_set)
    count = len(x.change_set)
    return f"{count} changes were made together: {inner}" if count > 1 else inner


def _edge(word: str) -> Callable[[_Teller, Any], str]:
    return lambda t, x: f"{word}: {t.triple(x.subject, x.predicate, x.object)}."


_SENTENCES: Final[Mapping[type[c.Change], Callable[[_Teller, Any], str]]] = MappingProxyType(
    {
        c.NodeCreation: _node,
        c.ClassCreation: _class,
        c.ObjectPropertyCreation: _relation,
        c.NodeObsoletion: lambda t, x: f"{t.ref(x.about_node)} was made obsolete.",
        c.NodeObsoletionWithDirectReplacement: _replaced,
        c.NodeObsoletionWithNoDirectReplacement: lambda t, x: (
            f"{t.ref(x.about_node)} was made obsolete; consider"
            f" {t.refs(x.has_nondirect_replacement)}."
        ),
        c.MultiNodeObsoletion: _several,
        c.NodeUnobsoletion: _unobsoletion,
        c.NodeDirectMerge: _merge,
        c.NodeDeletion: lambda t, x: f"{t.ref(x.about_node)} was deleted.",
        c.NodeIdChange: lambda t, x: (
            f"The id of {t.ref(x.about_node)} became {t.ref(x.new_value)}."
        ),
        c.NodeRename: lambda t, x: f"{_rename(t, x)}.",
        c.SetLanguageForName: _language,
        c.NameBecomesSynonym: _retaining,
        c.NewSynonym: lambda t, x: (
            f"{t.ref(x.about_node)} got the {_synonym(x.qualifier)} {_quoted(x.new_value)}."
        ),
        c.RemoveSynonym: lambda t, x: (
            f"{t.ref(x.about_node)} lost the {_synonym(x.qualifier)} {_quoted(x.old_value)}."
        ),
        c.SynonymReplacement: lambda t, x: (
            f"The {_synonym(x.qualifier)} {_quoted(x.old_value)} of {t.ref(x.about_node)}"
            f" became {_quoted(x.new_value)}."
        ),
        c.SynonymPredicateChange: _synonym_scope,
        c.SynonymTypeChange: _synonym_type,
        c.NodeSynonymChange: _some_value("synonym"),
        c.NewTextDefinition: lambda t, x: (
            f"{t.ref(x.about_node)} got the definition {_quoted(x.new_value)}."
        ),
        c.RemoveTextDefinition: lambda t, x: f"{t.ref(x.about_node)} lost its definition.",
        c.TextDefinitionReplacement: lambda t, x: (
            f"The definition of {t.ref(x.about_node)} became {_quoted(x.new_value)}."
        ),
        c.NodeAnnotationChange: _annotation,
        c.NodeAnnotationReplacement: _annotation_replacement,
        c.NewMapping: _mapped("got"),
        c.RemoveMapping: _mapped("lost"),
        c.MappingReplacement: _replacement("mapping"),
        c.MappingPredicateChange: _predicate_change("mapping"),
        c.NodeMappingChange: _some_value("mapping"),
        c.MappingCreation: _edge("Mapped"),
        c.NewMetadataAssertion: _recorded("got"),
        c.RemoveMetadataAssertion: _recorded("lost"),
        c.MetadataAssertionReplacement: _replacement("recorded value"),
        c.MetadataAssertionPredicateChange: _predicate_change("recorded value"),
        c.NodeMetadataAssertionChange: _some_value("recorded value"),
        c.AddNodeToSubset: lambda t, x: (
            f"{t.ref(x.about_node)} is now in the subset {t.ref(x.in_subset)}."
        ),
        c.RemoveNodeFromSubset: lambda t, x: (
            f"{t.ref(x.about_node)} is no longer in the subset {t.ref(x.in_subset)}."
        ),
        c.EdgeCreation: _edge("Added"),
        c.EdgeDeletion: _edge("Removed"),
        c.EdgeObsoletion: _edge("No longer holds"),
        c.EdgeRewiring: lambda t, x: (
            f"In {t.edge(x.about_edge)}, {t.ref(x.old_value)} became {t.ref(x.new_value)}."
        ),
        c.PlaceUnder: lambda t, x: f"{t.ref(x.subject)} is now under {t.ref(x.object)}.",
        c.RemoveUnder: lambda t, x: f"{t.ref(x.subject)} is no longer under {t.ref(x.object)}.",
        c.NodeMove: _move("moved"),
        c.NodeDeepening: _move("moved deeper"),
        c.NodeShallowing: _move("moved up"),
        c.PredicateChange: _predicate,
        c.EdgeLogicalInterpretationChange: _quantifier,
        c.LogicalAxiomChange: _axiom,
        c.Transaction: _transaction,
        c.StatementAddition: _edge("Added"),
        c.StatementRemoval: _edge("Removed"),
    }
)
