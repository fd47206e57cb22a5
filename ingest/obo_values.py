"""Values of OBO clauses to statements: definitions, synonyms, xrefs, property values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.owl_terms import AXIOM_KIND, PROPERTY_CHAIN
from graph.prefixes import PrefixMap, encode_local
from graph.vocabulary import LABEL, OBO_IN_OWL, SYNONYM_TYPE, XREF, XSD_BOOLEAN
from ingest.clauses import (
    ClauseError,
    Modifier,
    Xref,
    read_xref,
    split_comment,
    split_modifiers,
    take_quoted,
    take_xrefs,
    unescape,
)
from ingest.obo_relations import Relations
from ingest.tags import KEYS, REVERSIBLE_CHAIN, SCOPES

#: A quoted text without escapes and a list of plain xrefs, as most definitions and synonyms are.
_PLAIN: Final = re.compile(r'"([^"\\]*)" ?([^"\\\[\]{}!]*)\[([^"\\\[\]{}!]*)\]')
_WRONG_SCOPE: Final = re.compile(r'("(?:[^"\\]|\\.)*")\s*([A-Za-z]+)(?=[\s\[])')
#: The axiom that a ``property_value`` of a term is, where a relation of the file is its property.
_ASSERTION: Final = Qualifier(AXIOM_KIND, Literal("ObjectPropertyAssertion"))


class ValueReader:
    """Reads values with the prefixes of their file."""

    def __init__(self, prefixes: PrefixMap, relations: Relations | None = None) -> None:
        self.prefixes = prefixes
        self.relations = relations or Relations()
        #: Nodes of ids that were read.
        self.nodes: dict[str, Node] = {}
        self._cited: dict[str, Qualifier] = {}

    def node(self, text: str) -> Node:
        """The node of an id. Raises ClauseError."""
        found = self.nodes.get(text)
        if found is None:
            if not text:
                raise ClauseError("an id is missing")
            if " " in text or "\t" in text:
                raise ClauseError("text after the id")
            found = self.nodes[text] = self.prefixes.expand(unescape(text))
        return found

    def key(self, text: str) -> Node:
        """The predicate of a qualifier: a tag's own, or one of oboInOwl, as in OBO 1.4."""
        found = KEYS.get(text)
        if found is None and ":" not in text and text not in self.prefixes.shorthands:
            found = OBO_IN_OWL + encode_local(text)
        return found or self.prefixes.expand(text)

    def make(
        self,
        subject: Node,
        predicate: Node,
        value: Object,
        pairs: Sequence[Modifier] = (),
        more: Iterable[Qualifier] = (),
    ) -> Statement:
        """A statement with the qualifiers of a block, and others."""
        if not pairs:
            return Statement(subject, predicate, value, tuple(more))
        qualifiers = (Qualifier(self.key(key), Literal(text)) for key, text in pairs)
        return Statement(subject, predicate, value, (*qualifiers, *more))

    def text(self, subject: Node, predicate: Node, value: str) -> Statement:
        """The statement of a text to the end of the line."""
        if value[-1:] != "}":
            text = unescape(value) if "\\" in value else value
            return Statement(subject, predicate, Literal(text))
        text, pairs = split_modifiers(value)
        return self.make(subject, predicate, Literal(unescape(text)), pairs)

    def quoted(self, subject: Node, predicate: Node, value: str) -> Statement:
        """The statement of a quoted text with an xref list. Raises ClauseError."""
        plain = _PLAIN.fullmatch(value)
        if plain is not None and not plain[2].strip():
            return Statement(subject, predicate, Literal(plain[1]), self.plain_list(plain[3]))
        text, rest = take_quoted(value)
        xrefs, pairs = _listed(rest)
        return self.make(subject, predicate, Literal(text), pairs, map(self.cited, xrefs))

    def synonym(self, subject: Node, value: str) -> Statement:
        """The statement of a synonym; RELATED where no scope is said. Raises ClauseError."""
        plain = _PLAIN.fullmatch(value)
        pairs: list[Modifier] = []
        if plain is not None:
            text, head = plain[1], plain[2]
            cited = self.plain_list(plain[3])
        else:
            text, rest = take_quoted(value)
            head, bracket, tail = rest.partition("[")
            if not bracket:
                raise ClauseError("a scope, a type and an xref list are expected")
            xrefs, pairs = _listed(bracket + tail)
            cited = tuple(map(self.cited, xrefs))
        words = head.split()
        scope = words.pop(0) if words and words[0] in SCOPES else "RELATED"
        if len(words) > 1:
            raise ClauseError("a scope, a type and an xref list are expected")
        if words:
            cited = (Qualifier(SYNONYM_TYPE, self.prefixes.expand(words[0])), *cited)
        return self.make(subject, SCOPES[scope], Literal(text), pairs, cited)

    def old_synonym(self, subject: Node, scope: str, value: str) -> Statement:
        """The statement of a synonym of OBO 1.0, whose scope is its tag. Raises ClauseError."""
        text, rest = take_quoted(value)
        xrefs, pairs = _listed(rest or "[]")
        return self.make(subject, SCOPES[scope], Literal(text), pairs, map(self.cited, xrefs))

    def xref(self, subject: Node, value: str) -> Statement:
        """The statement of an xref. Raises ClauseError."""
        bare, pairs = split_modifiers(value)
        xref = read_xref(bare)
        if not xref.id:
            raise ClauseError("an id is missing")
        return self.make(subject, XREF, Literal(xref.id), pairs, _description(xref))

    def property_value(self, subject: Node, value: str, kind: str = "") -> Statement:
        """The statement of a ``property_value`` clause in a stanza. Raises ClauseError."""
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
            return self.make(subject, self.node(relation), literal, pairs)
        text, _, datatype = rest.rpartition(" ")
        if text and datatype.startswith("xsd:"):
            literal = Literal(unescape(text.strip()), self.prefixes.expand(datatype))
            return self.make(subject, self.node(relation), literal, pairs)
        predicate, target = self.node(relation), self.node(split_comment(rest))
        asserted = kind == "Term" and predicate in self.relations.declared
        return self.make(subject, predicate, target, pairs, (_ASSERTION,) if asserted else ())

    def flag(self, subject: Node, predicate: Node, value: str, pairs: list[Modifier]) -> Statement:
        """The statement of a truth value."""
        return self.make(subject, predicate, Literal(value, XSD_BOOLEAN), pairs)

    def chain(
        self,
        subject: Node,
        relations: Sequence[Node],
        pairs: list[Modifier],
        reversible: bool = False,
    ) -> Statement:
        """The statement of a chain of relations. Raises ClauseError."""
        if len(relations) < 2:
            raise ClauseError("the ids of two relations are expected")
        tree = Expression("ObjectPropertyChain", tuple(relations))
        mark = (Qualifier(REVERSIBLE_CHAIN, Literal("true")),) if reversible else ()
        return self.make(subject, PROPERTY_CHAIN, tree, pairs, mark)

    def cited(self, xref: Xref) -> Qualifier:
        """An xref of a list as a qualifier."""
        if xref.description is not None:
            return Qualifier(XREF, Literal(xref.id), _description(xref))
        found = self._cited.get(xref.id)
        if found is None:
            found = self._cited[xref.id] = Qualifier(XREF, Literal(xref.id))
        return found

    def plain_list(self, text: str) -> tuple[Qualifier, ...]:
        """The qualifiers of a list of xrefs without descriptions and escapes."""
        if not text:
            return ()
        if "," not in text:
            name = text.strip()
            return (self._cited.get(name) or self.cited(Xref(name)),) if name else ()
        ids = [part for part in map(str.strip, text.split(",")) if part]
        if len(ids) > 1:
            # Canonical order, so that it is seen to be one: shorter texts come first.
            ids.sort(key=lambda each: (len(each), each))
        return tuple([self._cited.get(each) or self.cited(Xref(each)) for each in ids])


def scope_meant(value: str) -> tuple[str, str] | None:
    """A scope in small letters, and the value with it as OBO has it; None where there is none."""
    found = _WRONG_SCOPE.match(value)
    if found is None or found[2] in SCOPES or found[2].upper() not in SCOPES:
        return None
    return found[2], value[: found.start(2)] + found[2].upper() + value[found.end(2) :]


def _listed(text: str) -> tuple[list[Xref], list[Modifier]]:
    """The xref list that a text is, and the qualifiers after it. Raises ClauseError."""
    xrefs, rest = take_xrefs(text)
    rest, pairs = split_modifiers(rest)
    if rest:
        raise ClauseError("text after the xref list")
    return xrefs, pairs


def _description(xref: Xref) -> tuple[Qualifier, ...]:
    if xref.description is None:
        return ()
    return (Qualifier(LABEL, Literal(xref.description)),)
