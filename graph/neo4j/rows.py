"""Statements as rows that Cypher takes and gives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from graph.errors import CorruptStoreError
from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.neo4j.naming import CLOSED, properties_of
from graph.statement_json import object_text, qualifiers_text, read_object, read_qualifiers
from graph.vocabulary import LABEL, SEARCHED, SYNONYMS, XSD_STRING
from graph.words import words

#: Predicates whose texts name a node.
NAMING: Final = frozenset({LABEL, *SYNONYMS})

#: What a read gives of a statement: subject, type, object or the parts of a value, qualifiers.
SHAPE: Final = "[s.id, type(r), coalesce(o.id, [o.text, o.datatype, o.language, o.tree]), r._q]"


#: A relationship ``x`` that says what a row says: ``[subject, type, object or value, qualifiers]``.
SAME_EDGE: Final = "type(x) = r[1] AND x.since IS NOT NULL AND coalesce(x._q, '') = r[3]"
SAME_VALUE: Final = f"""{SAME_EDGE}
    AND o.text = r[2][0] AND coalesce(o.datatype, '') = r[2][1]
    AND coalesce(o.language, '') = r[2][2] AND coalesce(o.tree, '') = r[2][3]"""
FIND_EDGE: Final = f"""MATCH (s:Entity {{graph: $graph, id: r[0]}})-[x]->
    (o:Entity {{graph: $graph, id: r[2]}}) WHERE {SAME_EDGE}"""
FIND_VALUE: Final = f"""MATCH (s:Entity {{graph: $graph, id: r[0]}})-[x]->(o:Value)
WHERE {SAME_VALUE}"""

#: What is told of such a relationship.
FOUND: Final = "elementId(x), s.id, x.row"


def named_key(graph: str, text: str) -> str:
    """What a text that names a node is looked up by, letter case aside; of a fixed length."""
    data = f"{graph}\x00{text.casefold()}".encode()
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def value_of(graph: str, statement: Statement) -> dict[str, Any]:
    """The properties of the node that a literal or an expression is."""
    value = statement.object
    if isinstance(value, Literal):
        found: dict[str, Any] = {"graph": graph, "text": value.value}
        if value.language:
            found["language"] = value.language
        elif value.datatype != XSD_STRING:
            found["datatype"] = value.datatype
        if statement.predicate in NAMING:
            found["named"] = named_key(graph, value.value)
        if statement.predicate in SEARCHED:
            found["words"] = " ".join(words(value.value))
        return found
    return {"graph": graph, "text": str(value), "tree": object_text(value)}


def row_of(statement: Statement, type_name: str) -> list[Any]:
    """What a relationship of a type must say to say a statement: see :data:`SAME_EDGE`."""
    value = statement.object
    told = value if isinstance(value, str) else value_key(value)
    return [statement.subject, type_name, told, qualifiers_of(statement)]


def value_key(value: Object) -> list[str]:
    """What tells one literal or expression from another: text, datatype, language, tree."""
    if isinstance(value, Literal):
        datatype = "" if value.language or value.datatype == XSD_STRING else value.datatype
        return [value.value, datatype, value.language, ""]
    return [str(value), "", "", object_text(value)]


def qualifiers_of(statement: Statement) -> str:
    """All qualifiers of a statement as one text, empty where there are none."""
    return qualifiers_text(statement.qualifiers) if statement.qualifiers else ""


def relationship_of(statement: Statement) -> dict[str, Any]:
    """The properties of a relationship that say the qualifiers: lossless, and to ask for."""
    if not statement.qualifiers:
        return {}
    return {"_q": qualifiers_of(statement), **properties_of(statement.qualifiers)}


class Decoder:
    """Rows back to statements, by the types that a graph has fixed."""

    def __init__(self, shown: str, predicate_of: Mapping[str, Node]) -> None:
        self._shown = shown
        self._predicates = predicate_of

    def statements(self, rows: Iterable[Sequence[Any]]) -> list[Statement]:
        """The statements that rows of :data:`SHAPE` say. Raises CorruptStoreError."""
        predicates = self._predicates
        try:
            return [
                Statement(
                    s,
                    predicates[t] if t in predicates else predicates[t.removesuffix(CLOSED)],
                    o if type(o) is str else _value(o),
                    () if q is None else _group(q),
                )
                for s, t, o, q in rows
            ]
        except (ValueError, KeyError, TypeError) as error:
            reason = f"damaged: a relationship says no statement: {error!r}"
            raise CorruptStoreError(self._shown, reason) from error


def _value(parts: Sequence[str | None]) -> Literal | Expression:
    text, datatype, language, tree = parts
    if tree is not None:
        read = read_object(json.loads(tree))
        if not isinstance(read, Expression):
            raise ValueError(f"{tree!r} is no expression")
        return read
    if text is None:
        raise ValueError("a value without a text")
    return Literal(text, datatype or XSD_STRING, language or "")


@lru_cache(maxsize=4096)
def _group(text: str) -> tuple[Qualifier, ...]:
    return read_qualifiers(json.loads(text))
