"""The callbacks of the grammar: each rule of ``kgcl.lark`` makes a typed change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lark import Token, Transformer, v_args

from graph.vocabulary import RDFS, XSD_COUNT
from kgcl import changes as c
from kgcl.lexical import COUNT, KEYWORDS, unquote

if TYPE_CHECKING:
    from kgcl.changes import Notes, Ref, Scope, Term, Text


class TokenError(Exception):
    """A token that the grammar lets through and that says nothing."""

    def __init__(self, reason: str, offset: int) -> None:
        self.reason = reason
        self.offset = offset
        super().__init__(reason)


_SUBCLASS = c.Ref(RDFS + "subClassOf")


def _unquote(token: Token) -> str:
    try:
        return unquote(token)
    except ValueError as error:
        raise TokenError(str(error), token.start_pos or 0) from None


@v_args(inline=True)
class Builder(Transformer[Token, c.Change]):
    """Makes changes while the parser reads."""

    def start(self, change: c.Change) -> c.Change:
        return change

    def iri(self, token: Token) -> Ref:
        return c.Ref(token[1:-1])

    def curie(self, token: Token) -> Ref:
        return c.Ref(str(token), c.RefKind.CURIE)

    def name(self, token: Token) -> Ref:
        if token.lower() in KEYWORDS:
            raise TokenError(f"{str(token)!r} is a word of the language", token.start_pos or 0)
        return c.Ref(str(token), c.RefKind.NAME)

    def label(self, token: Token) -> Ref:
        return c.Ref(_unquote(token), c.RefKind.LABEL)

    def string(self, token: Token) -> str:
        return _unquote(token)

    def text(self, token: Token, language: Token | None) -> Text:
        return c.Text(_unquote(token), language[1:] if language else "")

    literal = text

    def typed(self, token: Token, datatype: Ref) -> Text:
        return c.Text(_unquote(token), "", datatype)

    def argument_name(self, token: Token) -> Term:
        if COUNT.fullmatch(token):
            return c.Text(str(token), "", c.Ref(XSD_COUNT))
        return self.name(token)

    def compound(self, operator: Token, *arguments: Term) -> Term:
        return c.Compound(operator[:-1], arguments)

    def notes(self, *notes: c.Note | None) -> tuple[c.Note, ...]:
        return tuple(note for note in notes if note is not None)

    def note(self, predicate: Ref, value: Term, nested: Notes) -> c.Note:
        return c.Note(predicate, value, nested or ())

    def any_type(self) -> c.NodeType:
        return c.NodeType.NODE

    def class_type(self) -> c.NodeType:
        return c.NodeType.CLASS

    def relation_type(self) -> c.NodeType:
        return c.NodeType.RELATION

    def instance_type(self) -> c.NodeType:
        return c.NodeType.INSTANCE

    def annotation_type(self) -> c.NodeType:
        return c.NodeType.ANNOTATION_PROPERTY

    def exact(self) -> Scope:
        return c.Scope.EXACT

    def narrow(self) -> Scope:
        return c.Scope.NARROW

    def broad(self) -> Scope:
        return c.Scope.BROAD

    def related(self) -> Scope:
        return c.Scope.RELATED

    def create(self, kind: c.NodeType, node: Ref, name: Text | None, notes: Notes) -> c.Change:
        if name is None:
            return c.NodeCreation(node, None, "", kind, notes)
        return c.NodeCreation(node, name.value, name.language, kind, notes)

    def rename(self, node: Ref, old: Text, new: Text, notes: Notes) -> c.Change:
        return c.NodeRename(node, old.value, new.value, old.language, new.language, notes)

    def rename_any(self, node: Ref, new: Text, notes: Notes) -> c.Change:
        return c.NodeRename(node, None, new.value, "", new.language, notes)

    def rename_label(self, old: Text, new: Text, notes: Notes) -> c.Change:
        return self.rename(c.Ref(old.value, c.RefKind.LABEL), old, new, notes)

    def obsolete(self, node: Ref, replacement: Ref | None) -> c.Change:
        return c.NodeObsoletion(node, replacement)

    def unobsolete(self, node: Ref) -> c.Change:
        return c.NodeUnobsoletion(node)

    def delete(self, node: Ref) -> c.Change:
        return c.NodeDeletion(node)

    def new_synonym(self, scope: Scope | None, text: Text, node: Ref, notes: Notes) -> c.Change:
        return c.NewSynonym(node, text.value, scope, text.language, notes)

    def remove_synonym(self, scope: Scope | None, text: Text, node: Ref) -> c.Change:
        return c.RemoveSynonym(node, text.value, scope, text.language)

    def change_synonym(
        self, scope: Scope | None, old: Text, node: Ref, new: Text, notes: Notes
    ) -> c.Change:
        return c.SynonymReplacement(
            node, old.value, new.value, scope, old.language, new.language, notes
        )

    def change_synonym_from(
        self, scope: Scope | None, old: Text, new: Text, node: Ref, notes: Notes
    ) -> c.Change:
        return self.change_synonym(scope, old, node, new, notes)

    def new_definition(self, text: Text, node: Ref, notes: Notes) -> c.Change:
        return c.NewTextDefinition(node, text.value, text.language, notes)

    def change_definition(self, node: Ref, old: Text | None, new: Text, notes: Notes) -> c.Change:
        value, language = (None, "") if old is None else (old.value, old.language)
        return c.TextDefinitionReplacement(node, value, new.value, language, new.language, notes)

    def remove_definition(self, old: str | None, node: Ref) -> c.Change:
        return c.RemoveTextDefinition(node, old)

    def new_edge(self, subject: Ref, predicate: Ref, target: Ref, notes: Notes) -> c.Change:
        return c.EdgeCreation(subject, predicate, target, notes)

    def remove_edge(self, subject: Ref, predicate: Ref, target: Ref) -> c.Change:
        return c.EdgeDeletion(subject, predicate, target)

    def place_under(self, subject: Ref, target: Ref, notes: Notes) -> c.Change:
        return c.EdgeCreation(subject, _SUBCLASS, target, notes)

    def remove_under(self, subject: Ref, target: Ref) -> c.Change:
        return c.EdgeDeletion(subject, _SUBCLASS, target)

    def move(
        self,
        subject: Ref,
        predicate: Ref | None,
        target: Ref | None,
        old: Ref,
        new: Ref,
        notes: Notes,
    ) -> c.Change:
        if target is not None and target != old:
            raise TokenError("the edge to move does not end at what follows 'from'", 0)
        return c.NodeMove(c.Edge(subject, predicate, target), old, new, notes)

    def change_predicate(
        self, subject: Ref, target: Ref, old: Ref, new: Ref, notes: Notes
    ) -> c.Change:
        return c.PredicateChange(c.Edge(subject, None, target), old, new, notes)

    def change_annotation(
        self, node: Ref, predicate: Ref, old: Term, new: Term, notes: Notes
    ) -> c.Change:
        return c.NodeAnnotationChange(node, predicate, old, new, notes)

    def add_statement(self, subject: Ref, predicate: Ref, value: Term, notes: Notes) -> c.Change:
        return c.StatementAddition(subject, predicate, value, notes)

    def remove_statement(self, subject: Ref, predicate: Ref, value: Term, notes: Notes) -> c.Change:
        return c.StatementRemoval(subject, predicate, value, notes)
