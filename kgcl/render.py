"""Typed changes to canonical KGCL text, one line each, that always parses again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from graph.vocabulary import XSD_COUNT
from kgcl import changes as c
from kgcl.lexical import COUNT, CURIE, IRI, KEYWORDS, LANGUAGE, NAME, OPERATOR, quote
from kgcl.parser import MAX_DEPTH

if TYPE_CHECKING:
    from graph.prefixes import PrefixMap

_T = TypeVar("_T", bound=c.Change)


def render(change: c.Change, prefixes: PrefixMap | None = None) -> str:
    """The canonical text of a change: ``parse(render(change)) == [change]``.

    With a prefix map, IRIs are written as names and CURIEs where these read back. Raises
    ValueError where a change holds what no text can say (a space in an IRI, a keyword as a
    name).
    """
    writer = _Writer(prefixes)
    text = _FORMS[type(change)](writer, change)
    notes: c.Notes = getattr(change, "qualifiers", None)
    return text if notes is None else f"{text} {writer.notes(notes, 1)}"


class _Writer:
    """Writes the parts of a change."""

    def __init__(self, prefixes: PrefixMap | None) -> None:
        self.prefixes = prefixes

    def id(self, ref: c.Ref, argument: bool = False) -> str:
        """An entity that is not a label; an ``argument`` that is a number would be a count."""
        if ref.kind is c.RefKind.IRI:
            return self._iri(ref.text, argument)
        fits = {c.RefKind.CURIE: _is_curie, c.RefKind.NAME: _is_name}.get(ref.kind)
        if fits is None or not fits(ref.text) or (argument and COUNT.fullmatch(ref.text)):
            raise ValueError(f"cannot write the {ref.kind} {ref.text!r} here; give its IRI")
        return ref.text

    def _iri(self, iri: str, argument: bool) -> str:
        if not IRI.fullmatch(iri):
            raise ValueError(f"not an IRI: {iri!r}; encode what an IRI cannot hold")
        if self.prefixes is not None:
            for short in (self.prefixes.contract(iri), self.prefixes.curie(iri)):
                if short == iri or (argument and COUNT.fullmatch(short)):
                    continue
                if _is_curie(short) or _is_name(short):
                    return short
        return f"<{iri}>"

    def entity(self, ref: c.Ref) -> str:
        return quote(ref.text) if ref.kind is c.RefKind.LABEL else self.id(ref)

    def text(self, value: str, language: str = "") -> str:
        if not language:
            return quote(value)
        if not LANGUAGE.fullmatch(language):
            raise ValueError(f"not a language tag: {language!r}")
        return f"{quote(value)}@{language}"

    def term(self, term: c.Term, depth: int, argument: bool = False) -> str:
        if isinstance(term, c.Ref):
            return self.id(term, argument)
        if isinstance(term, c.Compound):
            return self._compound(term, depth + 1)
        if term.datatype is None:
            return self.text(term.value, term.language)
        if term.language:
            raise ValueError(f"{term.value!r} has a language and a datatype; give it one of them")
        if argument and COUNT.fullmatch(term.value) and term.datatype == c.Ref(XSD_COUNT):
            return term.value
        return f"{quote(term.value)}^^{self.id(term.datatype)}"

    def _compound(self, term: c.Compound, depth: int) -> str:
        _check(depth)
        if not OPERATOR.fullmatch(term.operator):
            raise ValueError(f"not an operator: {term.operator!r}")
        inner = " ".join(self.term(argument, depth, True) for argument in term.arguments)
        return f"{term.operator}({inner})"

    def notes(self, notes: tuple[c.Note, ...], depth: int) -> str:
        _check(depth)
        return "{" + ", ".join(self._note(note, depth) for note in notes) + "}"

    def _note(self, note: c.Note, depth: int) -> str:
        text = f"{self.id(note.predicate)}={self.term(note.value, depth)}"
        return f"{text} {self.notes(note.qualifiers, depth + 1)}" if note.qualifiers else text


def _check(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError(f"nested more than {MAX_DEPTH} deep")


def _is_curie(text: str) -> bool:
    return CURIE.fullmatch(text) is not None


def _is_name(text: str) -> bool:
    return NAME.fullmatch(text) is not None and text.lower() not in KEYWORDS


def _scope(scope: c.Scope | None) -> str:
    return f"{scope} " if scope else ""


def _creation(w: _Writer, x: c.NodeCreation) -> str:
    if x.name is None and x.language:
        raise ValueError("a creation without a label has no language")
    label = "" if x.name is None else f" {w.text(x.name, x.language)}"
    return f"create {x.node_type} {w.id(x.node_id)}{label}"


def _rename(w: _Writer, x: c.NodeRename) -> str:
    new = w.text(x.new_value, x.new_language)
    if x.old_value is not None:
        return (
            f"rename {w.entity(x.about_node)} from {w.text(x.old_value, x.old_language)} to {new}"
        )
    _no_old_language(x.old_language)
    # a label alone would be read as the old value too
    node = "node " if x.about_node.kind is c.RefKind.LABEL else ""
    return f"rename {node}{w.entity(x.about_node)} to {new}"


def _no_old_language(language: str) -> None:
    if language:
        raise ValueError("an old value that is not given has no language")


def _obsoletion(w: _Writer, x: c.NodeObsoletion) -> str:
    other = x.has_direct_replacement
    tail = "" if other is None else f" with replacement {w.entity(other)}"
    return f"obsolete {w.entity(x.about_node)}{tail}"


def _new_synonym(w: _Writer, x: c.NewSynonym) -> str:
    text = w.text(x.new_value, x.language)
    return f"create {_scope(x.qualifier)}synonym {text} for {w.entity(x.about_node)}"


def _remove_synonym(w: _Writer, x: c.RemoveSynonym) -> str:
    text = w.text(x.old_value, x.language)
    return f"remove {_scope(x.qualifier)}synonym {text} for {w.entity(x.about_node)}"


def _change_synonym(w: _Writer, x: c.SynonymReplacement) -> str:
    old, new = w.text(x.old_value, x.old_language), w.text(x.new_value, x.new_language)
    return f"change {_scope(x.qualifier)}synonym {old} for {w.entity(x.about_node)} to {new}"


def _new_definition(w: _Writer, x: c.NewTextDefinition) -> str:
    return f"add definition {w.text(x.new_value, x.language)} to {w.entity(x.about_node)}"


def _remove_definition(w: _Writer, x: c.RemoveTextDefinition) -> str:
    old = "" if x.old_value is None else f"{quote(x.old_value)} "
    return f"remove definition {old}for {w.entity(x.about_node)}"


def _change_definition(w: _Writer, x: c.TextDefinitionReplacement) -> str:
    if x.old_value is None:
        _no_old_language(x.old_language)
        old = ""
    else:
        old = f" from {w.text(x.old_value, x.old_language)}"
    new = w.text(x.new_value, x.new_language)
    return f"change definition of {w.entity(x.about_node)}{old} to {new}"


def _edge(verb: str) -> Callable[[_Writer, c.EdgeCreation | c.EdgeDeletion], str]:
    return lambda w, x: (
        f"{verb} edge {w.entity(x.subject)} {w.entity(x.predicate)} {w.entity(x.object)}"
    )


def _move(w: _Writer, x: c.NodeMove) -> str:
    edge = x.about_edge
    if edge.object is not None and (edge.predicate is None or edge.object != x.old_value):
        raise ValueError("the edge to move has a predicate and ends at the old value, or no object")
    parts = [part for part in (edge.subject, edge.predicate, edge.object) if part is not None]
    what = " ".join(w.entity(part) for part in parts)
    return f"move {what} from {w.entity(x.old_value)} to {w.entity(x.new_value)}"


def _predicate(w: _Writer, x: c.PredicateChange) -> str:
    edge = x.about_edge
    if edge.object is None or edge.predicate is not None:
        raise ValueError("a change of relationship has a subject and an object, and no predicate")
    return (
        f"change relationship between {w.entity(edge.subject)} and {w.entity(edge.object)}"
        f" from {w.entity(x.old_value)} to {w.entity(x.new_value)}"
    )


def _annotation(w: _Writer, x: c.NodeAnnotationChange) -> str:
    return (
        f"change annotation of {w.entity(x.about_node)} with {w.entity(x.annotation_property)}"
        f" from {w.term(x.old_value, 0)} to {w.term(x.new_value, 0)}"
    )


def _statement(verb: str) -> Callable[[_Writer, c.StatementAddition | c.StatementRemoval], str]:
    return lambda w, x: (
        f"{verb} statement {w.entity(x.subject)} {w.entity(x.predicate)} {w.term(x.object, 0)}"
    )


def _form(
    kind: type[_T], write: Callable[[_Writer, _T], str]
) -> Callable[[_Writer, c.Change], str]:
    def checked(writer: _Writer, change: c.Change) -> str:
        if not isinstance(change, kind):
            raise TypeError(type(change).__name__)
        return write(writer, change)

    return checked


_FORMS: Final[dict[type[c.Change], Callable[[_Writer, c.Change], str]]] = {
    c.NodeCreation: _form(c.NodeCreation, _creation),
    c.NodeRename: _form(c.NodeRename, _rename),
    c.NodeObsoletion: _form(c.NodeObsoletion, _obsoletion),
    c.NodeUnobsoletion: _form(
        c.NodeUnobsoletion, lambda w, x: f"unobsolete {w.entity(x.about_node)}"
    ),
    c.NodeDeletion: _form(c.NodeDeletion, lambda w, x: f"delete {w.entity(x.about_node)}"),
    c.NewSynonym: _form(c.NewSynonym, _new_synonym),
    c.RemoveSynonym: _form(c.RemoveSynonym, _remove_synonym),
    c.SynonymReplacement: _form(c.SynonymReplacement, _change_synonym),
    c.NewTextDefinition: _form(c.NewTextDefinition, _new_definition),
    c.RemoveTextDefinition: _form(c.RemoveTextDefinition, _remove_definition),
    c.TextDefinitionReplacement: _form(c.TextDefinitionReplacement, _change_definition),
    c.EdgeCreation: _form(c.EdgeCreation, _edge("create")),
    c.EdgeDeletion: _form(c.EdgeDeletion, _edge("delete")),
    c.NodeMove: _form(c.NodeMove, _move),
    c.PredicateChange: _form(c.PredicateChange, _predicate),
    c.NodeAnnotationChange: _form(c.NodeAnnotationChange, _annotation),
    c.StatementAddition: _form(c.StatementAddition, _statement("add")),
    c.StatementRemoval: _form(c.StatementRemoval, _statement("remove")),
}
