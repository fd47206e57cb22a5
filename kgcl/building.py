"""The callbacks of the grammar: each rule of ``kgcl.lark`` makes a change or a part of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

from lark import Token, v_args

from graph.vocabulary import XSD_COUNT
from kgcl import changes as c
from kgcl.building_records import RecordBuilder
from kgcl.building_text import TextBuilder
from kgcl.lexical import COUNT, HALF, KEYWORDS, TokenError, unquote

if TYPE_CHECKING:
    from kgcl.changes import Notes, Ref, Scope, Term, Text


@dataclass(frozen=True, slots=True)
class Opening:
    """The first line of a block: what the changes up to its ``end`` are.

    They are the set of ``change`` where it ``opens`` one, or come with it where ``forcing``; with
    both, the forced ones come first, up to an ``end`` of their own.
    """

    change: c.Change
    opens: bool
    forcing: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """The last line of a block."""


Built = Union[c.Change, Opening, Closing]


def _unquote(token: Token) -> str:
    try:
        return unquote(token)
    except ValueError as error:
        raise TokenError(str(error), token.start_pos or 0) from None


def _whole(token: Token) -> str:
    """The text of a token that is to be a name; half a character is none."""
    if not token.isascii() and HALF.search(token):
        raise TokenError("half of a character is no name", token.start_pos or 0)
    return str(token)


@v_args(inline=True)
class Builder(TextBuilder, RecordBuilder):
    """Makes changes while the parser reads."""

    # --- commands and what may follow them

    def start(self, change: c.Change, notes: Notes, *tail: object) -> Built:
        forcing = bool(tail[-1])
        clauses = [clause for clause in tail[:-1] if isinstance(clause, tuple)]
        if notes is not None:
            object.__setattr__(change, "qualifiers", notes)
        if clauses:
            object.__setattr__(change, "meta", _meta(clauses))
        return Opening(change, False, True) if forcing else change

    def opening(self, obsoletion: bool | None, notes: Notes, *tail: object) -> Built:
        change = c.MultiNodeObsoletion(()) if obsoletion else c.Transaction(())
        forcing = isinstance(self.start(change, notes, *tail), Opening)
        return Opening(change, True, forcing)

    def closing(self) -> Closing:
        return Closing()

    def of_obsoletions(self) -> bool:
        return True

    def forcing(self) -> bool:
        return True

    def notes(self, *notes: c.Note | None) -> tuple[c.Note, ...]:
        return tuple(note for note in notes if note is not None)

    def note(self, predicate: Ref, value: Term, nested: Notes) -> c.Note:
        return c.Note(predicate, value, nested or ())

    def because(self, text: str) -> tuple[str, str]:
        return "reason", text

    def see_also(self, text: str) -> tuple[str, str]:
        return "see_also", text

    def issue(self, text: str) -> tuple[str, str]:
        return "term_tracker_issue", text

    def pull_request(self, text: str) -> tuple[str, str]:
        return "pull_request", text

    def by(self, text: str) -> tuple[str, str]:
        return "creator", text

    def contributor(self, text: str) -> tuple[str, str]:
        return "contributor", text

    def on(self, text: str) -> tuple[str, str]:
        return "change_date", text

    def identified_as(self, text: str) -> tuple[str, str]:
        return "id", text

    def generated_by(self, text: str) -> tuple[str, str]:
        return "was_generated_by", text

    def undone_by(self, text: str) -> tuple[str, str]:
        return "has_undo", text

    def described_as(self, text: str) -> tuple[str, str]:
        return "change_description", text

    # --- parts

    def iri(self, token: Token) -> Ref:
        return c.Ref(_whole(token)[1:-1])

    def curie(self, token: Token) -> Ref:
        return c.Ref(_whole(token), c.RefKind.CURIE)

    def name(self, token: Token) -> Ref:
        _whole(token)
        if token.lower() in KEYWORDS:
            raise TokenError(f"{str(token)!r} is a word of the language", token.start_pos or 0)
        return c.Ref(str(token), c.RefKind.NAME)

    def label(self, token: Token) -> Ref:
        return c.Ref(_unquote(token), c.RefKind.LABEL)

    def string(self, token: Token) -> str:
        return _unquote(token)

    def bare_iri(self, token: Token) -> str:
        return _whole(token)[1:-1]

    def word(self, token: Token) -> str:
        return _whole(token)

    def text(self, token: Token, language: Token | None) -> Text:
        return c.Text(_unquote(token), language[1:] if language else "")

    literal = text
    tagged = text

    def typed(self, token: Token, datatype: Ref) -> Text:
        return c.Text(_unquote(token), "", datatype)

    def argument_name(self, token: Token) -> Term:
        if COUNT.fullmatch(token):
            return c.Text(str(token), "", c.Ref(XSD_COUNT))
        return self.name(token)

    def compound(self, operator: Token, *arguments: Term) -> Term:
        return c.Compound(operator[:-1], arguments)

    def exact(self) -> Scope:
        return c.Scope.EXACT

    def narrow(self) -> Scope:
        return c.Scope.NARROW

    def broad(self) -> Scope:
        return c.Scope.BROAD

    def related(self) -> Scope:
        return c.Scope.RELATED


def _meta(clauses: list[tuple[str, str]]) -> c.Meta:
    values = dict(clauses)
    if len(values) < len(clauses):
        raise TokenError("a clause at the end is there twice; say each once", 0)
    return c.Meta(**values)  # type: ignore[arg-type]
