"""One OBO frame to statements: every clause a statement, or kept verbatim and reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.prefixes import PrefixMap
from graph.statement_text import StatementSyntaxError, read_statement
from graph.vocabulary import (
    DEFINITION,
    EQUIVALENT_CLASS,
    LABEL,
    OWL,
    RDF_TYPE,
    SHORTHAND,
    SYNONYM_TYPE,
    XREF,
    XSD_BOOLEAN,
)
from ingest.clauses import (
    ClauseError,
    Modifier,
    Xref,
    read_xref,
    split_comment,
    split_listed_comment,
    split_modifiers,
    split_tag,
    stanza_of,
    take_quoted,
    take_xrefs,
    unescape,
)
from ingest.tags import (
    CHARACTERISTICS,
    FLAGS,
    HIERARCHICAL,
    JUNK,
    NODES,
    OLD_SYNONYMS,
    OLD_XREFS,
    SCOPES,
    STANZAS,
    TEXTS,
    VERBATIM,
)

#: A clause of our own that says any statement; other tools pass over it.
STATEMENT_TAG: Final = "kgdelta-statement"

_LISTED: Final = frozenset({"def", "synonym", *OLD_SYNONYMS})
_COMMENTED: Final = frozenset(
    {"intersection_of", "union_of", "relationship", "is-a"}
    | NODES.keys()
    | HIERARCHICAL.keys()
    | CHARACTERISTICS.keys()
    | FLAGS.keys()
)
_TYPED_TEXT: Final = re.compile(r"[^\s\"]\S* [^\"].* xsd:\w+")

_BOOLEANS: Final = {
    "true": "true",
    "false": "false",
    "'true'": "true",
    '"true"': "true",
    "1": "true",
}


@dataclass(slots=True)
class Frame:
    """What the lines of one frame came to; line numbers count from the frame's first line."""

    subject: Node | None = None
    statements: list[Statement] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)


class FrameReader:
    """Reads frames with the prefixes of their file."""

    def __init__(self, prefixes: PrefixMap) -> None:
        self.prefixes = prefixes

    def read(self, kind: str, lines: Sequence[str]) -> Frame:
        """The frame of a stanza, its heading left out."""
        frame = Frame()
        clauses = list(_clauses(lines, frame))
        frame.subject = self._subject(clauses, frame)
        if frame.subject is None:
            return frame
        relation = kind == "Typedef"
        _add(frame, Statement(frame.subject, RDF_TYPE, STANZAS[kind]), 0, "")
        groups: dict[str, list[tuple[int, Object]]] = {}
        for number, tag, value, raw in clauses:
            if tag == "id":
                self._shorthand(value, frame, number)
                continue
            bare, comment = _split_comment(tag, value)
            try:
                statement = self._statement(frame, relation, tag, bare, groups, number)
                if comment:
                    frame.remarks.append((number, comment))
            except ClauseError as error:
                frame.problems.append((number, f"{tag}: {error}; kept as it is"))
                statement = Statement(frame.subject, VERBATIM + tag, Literal(value))
            if statement is not None:
                _add(frame, statement, number, raw)
        self._close_groups(frame, relation, groups)
        return frame

    def _subject(self, clauses: Sequence[tuple[int, str, str, str]], frame: Frame) -> Node | None:
        ids = [(number, split_comment(v)) for number, tag, v, _ in clauses if tag == "id"]
        named = [(number, text) for number, text in ids if text]
        if not named:
            frame.problems.append((-1, "a frame without an id; kept as layout"))
            frame.remarks += [(number, raw) for number, _, _, raw in clauses]
            return None
        for number, tag, value, _ in clauses:
            if tag == "id":
                _note_id(frame, number, value)
        for number, text in named[1:]:
            frame.problems.append((number, f"a second id {text!r}; the first one counts"))
        return self.prefixes.expand(unescape(split_modifiers(named[0][1])[0]))

    def _shorthand(self, value: str, frame: Frame, number: int) -> None:
        text = unescape(split_modifiers(split_comment(value))[0])
        if frame.subject and self.prefixes.shorthands.get(text) == frame.subject:
            _add(frame, Statement(frame.subject, SHORTHAND, Literal(text)), number, "")

    def _statement(
        self,
        frame: Frame,
        relation: bool,
        tag: str,
        value: str,
        groups: dict[str, list[tuple[int, Object]]],
        number: int,
    ) -> Statement | None:
        """The statement of one clause; None where it went into a group. Raises ClauseError."""
        subject = frame.subject or ""
        if tag == JUNK:
            return Statement(subject, JUNK, Literal(value))
        text_predicate = TEXTS.get(tag)
        if text_predicate is not None:
            text, pairs = split_modifiers(value)
            return self._make(subject, text_predicate, Literal(unescape(text)), pairs)
        if tag in ("intersection_of", "union_of"):
            bare, pairs = split_modifiers(split_comment(value))
            if pairs:
                raise ClauseError("qualifiers on a part of a group")
            groups.setdefault(tag, []).append((number, self._operand(bare)))
            return None
        if tag == "def" and value.endswith('"') and value.count('"') > 1:
            frame.problems.append((number, "def: no xref list; read without"))
            value += " []"
        special = _SPECIAL.get(tag)
        if special is not None:
            return special(self, subject, value)
        if tag in OLD_SYNONYMS:
            frame.problems.append((number, f"{tag} is of OBO 1.0; read as synonym"))
            return self._old_synonym(subject, value, OLD_SYNONYMS[tag])
        if tag in OLD_XREFS:
            frame.problems.append((number, f"{tag} is of OBO 1.0; read as xref"))
            return self._xref(subject, value)
        bare, pairs = split_modifiers(split_comment(value))
        if tag in CHARACTERISTICS and _BOOLEANS.get(bare) == "true":
            self._check_flag(frame, bare, number)
            return self._make(subject, RDF_TYPE, CHARACTERISTICS[tag], pairs)
        if tag in FLAGS and bare in _BOOLEANS:
            self._check_flag(frame, bare, number)
            return self._make(subject, FLAGS[tag], Literal(_BOOLEANS[bare], XSD_BOOLEAN), pairs)
        predicate = NODES.get(tag) or (HIERARCHICAL[tag][relation] if tag in HIERARCHICAL else None)
        if predicate is not None:
            return self._make(subject, predicate, self._node(bare), pairs)
        if tag == "is-a":
            frame.problems.append((number, "is-a: read as is_a"))
            return self._make(subject, HIERARCHICAL["is_a"][relation], self._node(bare), pairs)
        frame.problems.append((number, f"unknown tag {tag}; kept as it is"))
        return Statement(subject, VERBATIM + tag, Literal(value))

    def _check_flag(self, frame: Frame, bare: str, number: int) -> None:
        if bare not in ("true", "false"):
            frame.problems.append((number, f"{bare} read as true"))

    def _make(
        self, subject: Node, predicate: Node, value: Object, pairs: Sequence[Modifier]
    ) -> Statement:
        qualifiers = tuple(Qualifier(self.prefixes.expand(k), Literal(v)) for k, v in pairs)
        return Statement(subject, predicate, value, qualifiers)

    def _node(self, text: str) -> Node:
        if not text:
            raise ClauseError("an id is missing")
        if " " in text or "\t" in text:
            raise ClauseError("text after the id")
        return self.prefixes.expand(unescape(text))

    def _operand(self, text: str) -> Object:
        parts = text.split()
        if len(parts) == 1:
            return self._node(parts[0])
        if len(parts) == 2:
            return Expression("ObjectSomeValuesFrom", (self._node(parts[0]), self._node(parts[1])))
        raise ClauseError("an id, or a relation and an id, are expected")

    def _definition(self, subject: Node, value: str) -> Statement:
        text, rest = take_quoted(value)
        xrefs, rest = take_xrefs(rest)
        rest, pairs = split_modifiers(rest)
        if rest:
            raise ClauseError("text after the xref list")
        statement = self._make(subject, DEFINITION, Literal(text), pairs)
        return statement.with_qualifiers((*statement.qualifiers, *map(_cited, xrefs)))

    def _synonym(self, subject: Node, value: str) -> Statement:
        text, rest = take_quoted(value)
        head, bracket, tail = rest.partition("[")
        words = head.split()
        scope = words.pop(0) if words and words[0] in SCOPES else "RELATED"
        if len(words) > 1 or not bracket:
            raise ClauseError("a scope, a type and an xref list are expected")
        xrefs, rest = take_xrefs(bracket + tail)
        rest, pairs = split_modifiers(rest)
        if rest:
            raise ClauseError("text after the xref list")
        kind = [Qualifier(SYNONYM_TYPE, self.prefixes.expand(words[0]))] if words else []
        statement = self._make(subject, SCOPES[scope], Literal(text), pairs)
        return statement.with_qualifiers((*statement.qualifiers, *kind, *map(_cited, xrefs)))

    def _old_synonym(self, subject: Node, value: str, scope: str) -> Statement:
        text, rest = take_quoted(value)
        xrefs, rest = take_xrefs(rest) if rest else ([], "")
        rest, pairs = split_modifiers(rest)
        if rest:
            raise ClauseError("text after the xref list")
        statement = self._make(subject, SCOPES[scope], Literal(text), pairs)
        return statement.with_qualifiers((*statement.qualifiers, *map(_cited, xrefs)))

    def _xref(self, subject: Node, value: str) -> Statement:
        bare, pairs = split_modifiers(value)
        xref = read_xref(bare)
        if not xref.id:
            raise ClauseError("an id is missing")
        statement = self._make(subject, XREF, Literal(xref.id), pairs)
        if xref.description is None:
            return statement
        described = Qualifier(LABEL, Literal(xref.description))
        return statement.with_qualifiers((*statement.qualifiers, described))

    def _relationship(self, subject: Node, value: str) -> Statement:
        bare, pairs = split_modifiers(split_comment(value))
        parts = bare.split()
        if len(parts) != 2:
            raise ClauseError("a relation and an id are expected")
        return self._make(subject, self._node(parts[0]), self._node(parts[1]), pairs)

    def property_value(self, subject: Node, value: str) -> Statement:
        """The statement of a ``property_value`` clause. Raises ClauseError."""
        bare, pairs = split_modifiers(value)
        relation, _, rest = bare.partition(" ")
        rest = rest.strip()
        if not rest:
            raise ClauseError("a value is missing")
        if rest.startswith('"'):
            text, datatype = take_quoted(rest)
            words = datatype.split()
            if len(words) > 1:
                raise ClauseError("text after the datatype")
            literal = Literal(text, self.prefixes.expand(words[0])) if words else Literal(text)
            return self._make(subject, self._node(relation), literal, pairs)
        text, _, datatype = rest.rpartition(" ")
        if text and datatype.startswith("xsd:"):
            literal = Literal(unescape(text.strip()), self.prefixes.expand(datatype))
            return self._make(subject, self._node(relation), literal, pairs)
        return self._make(subject, self._node(relation), self._node(split_comment(rest)), pairs)

    def _any(self, subject: Node, value: str) -> Statement:
        del subject  # the clause names its own
        try:
            return read_statement(value)
        except StatementSyntaxError as error:
            raise ClauseError(str(error)) from None

    def _close_groups(
        self, frame: Frame, relation: bool, groups: dict[str, list[tuple[int, Object]]]
    ) -> None:
        predicate = OWL + "equivalentProperty" if relation else EQUIVALENT_CLASS
        for tag, operator in (
            ("intersection_of", "ObjectIntersectionOf"),
            ("union_of", "ObjectUnionOf"),
        ):
            operands = groups.get(tag)
            if operands:
                tree = Expression(operator, tuple(operand for _, operand in operands))
                if len(tree.arguments) < len(operands):
                    frame.problems.append((operands[-1][0], f"{tag}: a part is said twice"))
                _add(frame, Statement(frame.subject or "", predicate, tree), operands[0][0], "")


_SPECIAL: Final[dict[str, Callable[[FrameReader, Node, str], Statement]]] = {
    "def": FrameReader._definition,
    "synonym": FrameReader._synonym,
    "xref": FrameReader._xref,
    "relationship": FrameReader._relationship,
    "property_value": FrameReader.property_value,
    STATEMENT_TAG: FrameReader._any,
}


def _split_comment(tag: str, value: str) -> tuple[str, str]:
    """A value without its comment, where its tag allows one, and the comment."""
    if "!" not in value:
        return value, ""
    if tag in _LISTED:
        return split_listed_comment(value)
    if tag in _COMMENTED or (tag == "property_value" and not _TYPED_TEXT.fullmatch(value)):
        bare = split_comment(value)
        return bare, value[len(bare) :].lstrip()
    return value, ""


def _note_id(frame: Frame, number: int, value: str) -> None:
    """What an id line says beside the id is layout."""
    bare = split_comment(value)
    if bare != value:
        frame.remarks.append((number, value[len(bare) :].lstrip()))
    name, pairs = split_modifiers(bare)
    if pairs:
        frame.problems.append((number, "qualifiers on an id; kept as layout"))
        frame.remarks.append((number, bare[len(name) :].lstrip()))


def _cited(xref: Xref) -> Qualifier:
    described: tuple[Qualifier, ...] = ()
    if xref.description is not None:
        described = (Qualifier(LABEL, Literal(xref.description)),)
    return Qualifier(XREF, Literal(xref.id), described)


def _add(frame: Frame, statement: Statement, number: int, raw: str) -> None:
    if statement in frame.statements:
        if raw:
            frame.problems.append((number, f"said twice: {raw[:60]}"))
            frame.remarks.append((number, raw))
    else:
        frame.statements.append(statement)


def _clauses(lines: Sequence[str], frame: Frame) -> Iterator[tuple[int, str, str, str]]:
    """Lines as (number, tag, value, line); comments go to the layout, junk is kept verbatim."""
    for number, line in enumerate(lines):
        if not line or line.isspace():
            continue
        if line.lstrip().startswith("!"):
            frame.remarks.append((number, line))
            continue
        if stanza_of(line) is not None:
            # The reader of a file never sees one here; a writer's line must not become one.
            frame.problems.append((number, "a heading inside a frame"))
            continue
        clause = split_tag(line)
        if clause is None:
            frame.problems.append((number, f"no tag in {line[:60]!r}; kept as it is"))
            yield number, JUNK, line, line
        else:
            yield number, *clause, line
