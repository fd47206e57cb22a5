"""A plain English sentence for each change, for release notes."""

from __future__ import annotations

from collections.abc import Callable

from kgcl import changes as c


def describe(change: c.Change, name: Callable[[str], str]) -> str:
    """What a change does, in words; ``name`` gives what to call the entity of a Ref's text."""
    return _Teller(name).sentence(change)


class _Teller:
    def __init__(self, name: Callable[[str], str]) -> None:
        self._name = name

    def ref(self, ref: c.Ref) -> str:
        return ref.text if ref.kind is c.RefKind.LABEL else self._name(ref.text)

    def term(self, term: c.Term) -> str:
        if isinstance(term, c.Ref):
            return self.ref(term)
        if isinstance(term, c.Text):
            return f"“{term.value}”"
        return f"{term.operator}({', '.join(self.term(part) for part in term.arguments)})"

    def sentence(self, x: c.Change) -> str:
        text = self._of_node(x) or self._of_text(x) or self._of_edge(x)
        if text is None:
            raise TypeError(type(x).__name__)
        return text

    def _of_node(self, x: c.Change) -> str | None:
        match x:
            case c.NodeCreation() | c.ClassCreation() | c.ObjectPropertyCreation():
                return self._creation(x)
            case c.NodeRename(old_value=None):
                return f"{self.ref(x.about_node)} was renamed to “{x.new_value}”."
            case c.NodeRename():
                who = self.ref(x.about_node)
                return f"{who} was renamed from “{x.old_value}” to “{x.new_value}”."
            case c.NodeObsoletion():
                return f"{self.ref(x.about_node)} was made obsolete."
            case c.NodeObsoletionWithDirectReplacement(has_direct_replacement=other):
                return f"{self.ref(x.about_node)} was made obsolete; use {self.ref(other)} instead."
            case c.NodeUnobsoletion():
                return f"{self.ref(x.about_node)} is no longer obsolete."
            case c.NodeDeletion():
                return f"{self.ref(x.about_node)} was deleted."
        return None

    def _of_text(self, x: c.Change) -> str | None:
        match x:
            case c.NewSynonym():
                return f"{self.ref(x.about_node)} got the {_synonym(x.qualifier)} “{x.new_value}”."
            case c.RemoveSynonym():
                return f"{self.ref(x.about_node)} lost the {_synonym(x.qualifier)} “{x.old_value}”."
            case c.SynonymReplacement():
                return (
                    f"The {_synonym(x.qualifier)} “{x.old_value}” of {self.ref(x.about_node)}"
                    f" became “{x.new_value}”."
                )
            case c.NewTextDefinition():
                return f"{self.ref(x.about_node)} got the definition “{x.new_value}”."
            case c.RemoveTextDefinition():
                return f"{self.ref(x.about_node)} lost its definition."
            case c.TextDefinitionReplacement():
                return f"The definition of {self.ref(x.about_node)} became “{x.new_value}”."
            case c.NodeAnnotationChange():
                return (
                    f"The value of {self.ref(x.annotation_property)} of {self.ref(x.about_node)}"
                    f" changed from {self.term(x.old_value)} to {self.term(x.new_value)}."
                )
        return None

    def _of_edge(self, x: c.Change) -> str | None:
        match x:
            case c.EdgeCreation() | c.StatementAddition():
                return f"Added: {self._triple(x.subject, x.predicate, x.object)}."
            case c.EdgeDeletion() | c.StatementRemoval():
                return f"Removed: {self._triple(x.subject, x.predicate, x.object)}."
            case c.NodeMove():
                edge = x.about_edge
                by = "" if edge.predicate is None else f" ({self.ref(edge.predicate)})"
                return (
                    f"{self.ref(edge.subject)} moved from {self.ref(x.old_value)}"
                    f" to {self.ref(x.new_value)}{by}."
                )
            case c.PredicateChange():
                edge = x.about_edge
                end = "" if edge.object is None else f" to {self.ref(edge.object)}"
                return (
                    f"The relationship of {self.ref(edge.subject)}{end} changed from"
                    f" {self.ref(x.old_value)} to {self.ref(x.new_value)}."
                )
        return None

    def _triple(self, subject: c.Ref, predicate: c.Ref, value: c.Term) -> str:
        return f"{self.ref(subject)} {self.ref(predicate)} {self.term(value)}"


def _synonym(scope: c.Scope | None) -> str:
    return f"{scope} synonym" if scope else "synonym"
