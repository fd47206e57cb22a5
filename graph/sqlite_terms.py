"""Nodes, literals, expressions and qualifiers as numbers, each stored once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from graph.decoding import decode_object, decode_qualifiers
from graph.encoded_groups import EncodedGroups
from graph.encoding import is_storable
from graph.errors import CorruptStoreError
from graph.model import (
    Literal,
    Node,
    Object,
    Qualifier,
    Statement,
    encode_object,
    encode_qualifiers,
)
from graph.sqlite_database import Database
from graph.sqlite_groups import NewGroups, known_groups, number_groups, store_groups
from graph.vocabulary import LABEL, SEARCHED, SYNONYMS, XSD_STRING
from graph.words import words

#: Subject, predicate, object and qualifiers of a statement as numbers.
Numbers: TypeAlias = tuple[int, int, int, int]
Term = TypeVar("Term", bound=Hashable)

NAMING: Final = frozenset({LABEL, *SYNONYMS})
_CACHE_LIMIT: Final = 400_000
_GROUPS: Final = (
    "SELECT qid, data FROM json_each(?) AS wanted CROSS JOIN qualifier ON qid=wanted.value"
)


def as_json(numbers: Iterable[int]) -> str:
    """Numbers as one parameter, for ``json_each``: a set of any size in one question."""
    try:
        return json.dumps(list(numbers))
    except TypeError as error:
        raise CorruptStoreError("store", "damaged: a number is not one") from error


def digest_of(data: bytes) -> bytes:
    """What a stored literal, expression or set of qualifiers is found and verified by."""
    return hashlib.sha256(data).digest()


#: No qualifiers at all are number 0 of every store, which has no row of its own.
_NO_GROUP: Final = digest_of(encode_qualifiers(()))


class Terms:
    """The tables of terms of one store; ids never change their meaning."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._objects: dict[int, Object] = {}
        self._generation: int | None = None
        self._iris: dict[int, Node] = {}
        self._nodes: dict[Node, int] = {}
        self._qualifiers: dict[int, tuple[Qualifier, ...]] = {0: ()}

    def forget(self) -> None:
        """Drop what is remembered, such as ids of a transaction that was rolled back.

        Never by emptying it: a reader half through its rows still looks into what it had.
        """
        self._objects = {}
        self._iris = {}
        self._nodes = {}
        self._qualifiers = {0: ()}

    def nodes(self, iris: Iterable[Node]) -> dict[Node, int]:
        """Ids of the nodes that the store knows."""
        found: dict[Node, int] = {}
        asked: list[tuple[Node]] = []
        for iri in iris:
            known = self._nodes.get(iri)
            if known is not None:
                found[iri] = known
            elif is_storable(iri):
                asked.append((iri,))
        if asked:
            rows = self._database.many("SELECT ?1, nid FROM node WHERE iri=?1", asked)
            if len(self._nodes) > _CACHE_LIMIT:
                self._nodes = {}
            self._nodes.update(rows)
            found.update(rows)
        return found

    def nodes_in(self, namespace: str) -> set[int]:
        """Ids of the nodes whose IRI begins so."""
        if not is_storable(namespace):
            return set()
        # Every text that begins so lies between it and itself with the last possible letter.
        sql = "SELECT nid FROM node WHERE iri>=? AND iri<?"
        return {row[0] for row in self._database.rows(sql, (namespace, namespace + "\U0010ffff"))}

    def named(self, folded: Iterable[str]) -> list[int]:
        """Ids of the labels and synonyms whose case-folded text is one of these."""
        sql = "SELECT vid FROM value WHERE folded=?"
        asked = ((text,) for text in folded if is_storable(text))
        found = [row[0] for row in self._database.many(sql, asked)]
        if not all(type(number) is int for number in found):
            raise CorruptStoreError(self._database.source, "damaged: a name has no number")
        return [-number for number in found]

    def with_words(self, asked: Sequence[str]) -> list[int]:
        """Ids of the texts in which each of these begins a word."""
        sql = "SELECT rowid FROM word WHERE word MATCH ?"
        query = " ".join(f'"{word}" *' for word in asked)
        return [-row[0] for row in self._database.rows(sql, (query,))]

    def numbers(self, statements: Sequence[Statement]) -> list[Numbers | None]:
        """Each statement in numbers, None where the store lacks one of its terms."""
        nodes = self.nodes(_node_terms(statements))
        values = self._known_values(_value_terms(statements))
        groups = self._known_groups(_groups(statements))
        return [_in_numbers(statement, nodes, values, groups) for statement in statements]

    def intern(self, statements: Sequence[Statement]) -> list[Numbers]:
        """Each statement in numbers, its new terms stored. Belongs inside a transaction."""
        mentioned = {node for statement in statements for node in statement.mentions()}
        nodes = self.intern_nodes(_node_terms(statements) | mentioned)
        values = self.intern_values(_value_terms(statements))
        groups = self.intern_groups(_groups(statements))
        self._mark_texts(statements, values)
        found = [_in_numbers(statement, nodes, values, groups) for statement in statements]
        return [numbers for numbers in found if numbers is not None]

    def intern_nodes(self, iris: set[Node]) -> dict[Node, int]:
        """Numbers of nodes, new ones stored."""
        last = self._last("node", "nid")
        known = self.nodes(iris) if last else {}
        missing = sorted(iris - known.keys())
        new = {iri: nid for nid, iri in enumerate(missing, last + 1)}
        self._database.many("INSERT INTO node(iri, nid) VALUES(?, ?)", new.items())
        return known | new

    def _last(self, table: str, column: str) -> int:
        """The highest number ever given, of rows that are gone too."""
        sql = (
            f"SELECT max(coalesce((SELECT max({column}) FROM {table}), 0), "  # noqa: S608
            "coalesce((SELECT value FROM counter WHERE name=?), 0))"
        )
        return int(self._database.value(sql, (table,)))

    def refresh(self) -> bool:
        """Forget what is remembered if terms were deleted since; whether they were."""
        generation = self._database.value("SELECT value FROM counter WHERE name='generation'")
        if generation == self._generation:
            return False
        self.forget()
        self._generation = generation
        return True

    def intern_values(self, terms: set[Object]) -> dict[Object, int]:
        """Numbers of literals and expressions (positive here), new ones stored."""
        digests = {term: digest_of(encode_object(term)) for term in terms}
        last = self._last("value", "vid")
        sql = "SELECT ?1, vid FROM value WHERE digest=?1"
        known = self._by_digest(sql, digests) if last else {}
        missing = sorted((term for term in terms if term not in known), key=digests.__getitem__)
        new = {term: vid for vid, term in enumerate(missing, last + 1)}
        self._database.many(
            "INSERT INTO value(vid, text, datatype, language, tree, digest) "
            "VALUES(?, ?, ?, ?, ?, ?)",
            ((vid, *_value_row(term), digests[term]) for term, vid in new.items()),
        )
        return known | new

    def intern_groups(self, groups: set[tuple[Qualifier, ...]]) -> dict[tuple[Qualifier, ...], int]:
        """Numbers of sets of qualifiers, new ones stored."""
        listed = list(groups)
        numbers = self.intern_encoded([encode_qualifiers(group) for group in listed])
        return dict(zip(listed, numbers, strict=True))

    def intern_encoded(self, groups: Sequence[bytes]) -> list[int]:
        """Numbers of sets of qualifiers given as canonical bytes, new ones stored."""
        numbers, new = self.number_groups(groups)
        self.store_groups(groups, new)
        return numbers

    def number_groups(self, groups: Sequence[bytes]) -> tuple[list[int], NewGroups]:
        """Numbers of sets of qualifiers given as canonical bytes, and what is to be stored."""
        digests = [digest_of(group) for group in groups]
        last = self._last("qualifier", "qid")
        known = known_groups(self._database, digests) if last else {}
        return number_groups(digests, {**known, _NO_GROUP: 0}, last)

    def store_groups(self, groups: Sequence[bytes], new: NewGroups) -> None:
        """Store what :meth:`number_groups` told of the same sets, before anything else does."""
        store_groups(self._database, groups, new)

    def _mark_texts(self, statements: Sequence[Statement], values: Mapping[Object, int]) -> None:
        """Let names be found by their text, and texts by their words."""
        texts = {
            (statement.predicate in NAMING, statement.object)
            for statement in statements
            if statement.predicate in SEARCHED and isinstance(statement.object, Literal)
        }
        self.mark((names, text.value, values[text]) for names, text in texts)

    def mark(self, texts: Iterable[tuple[bool, str, int]]) -> None:
        """Let texts (whether it names a node, the text, its number) be found by a search."""
        # In order: the same work makes the same file, and the index of words is built once.
        listed = sorted(texts, key=lambda text: text[2])
        self._database.many(
            "UPDATE value SET folded=? WHERE vid=? AND folded IS NULL",
            ((text.casefold(), vid) for names, text, vid in listed if names),
        )
        new = self._database.many(
            "UPDATE value SET searched=1 WHERE vid=? AND searched IS NULL RETURNING vid",
            ((vid,) for _, _, vid in listed),
        )
        by_number = {vid: text for _, text, vid in listed}
        self._database.many(
            "INSERT INTO word(rowid, text) VALUES(?, ?)",
            ((vid, " ".join(words(by_number[vid]))) for (vid,) in new),
        )

    def _known_values(self, terms: set[Object]) -> dict[Object, int]:
        digests = {term: digest_of(encode_object(term)) for term in terms}
        return self._by_digest("SELECT ?1, vid FROM value WHERE digest=?1", digests)

    def _known_groups(self, groups: set[tuple[Qualifier, ...]]) -> dict[tuple[Qualifier, ...], int]:
        digests = {group: digest_of(encode_qualifiers(group)) for group in groups}
        return self._by_digest("SELECT ?1, qid FROM qualifier WHERE digest=?1", digests)

    def _by_digest(self, sql: str, digests: Mapping[Term, bytes]) -> dict[Term, int]:
        rows = self._database.many(sql, ((digest,) for digest in digests.values()))
        ids = {row[0]: row[1] for row in rows}
        return {term: ids[digest] for term, digest in digests.items() if digest in ids}

    def statements(self, rows: Sequence[Numbers]) -> Iterator[Statement]:
        """Rows of numbers as statements."""
        try:
            made = self._made(rows)
        except KeyError:
            self._load(rows)
            made = self._made(rows)
        return iter(made)

    def _made(self, rows: Sequence[Numbers]) -> list[Statement]:
        iris, objects, groups = self._iris, self._objects, self._qualifiers
        return [Statement(iris[s], iris[p], objects[o], groups[q]) for s, p, o, q in rows]

    def _load(self, rows: Sequence[Numbers]) -> None:
        """Remember all terms of the rows. Raises CorruptStoreError."""
        nodes = {row[0] for row in rows} | {row[1] for row in rows}
        self.objects(nodes | {row[2] for row in rows})
        self.groups({row[3] for row in rows})
        if not nodes <= self._iris.keys():
            raise CorruptStoreError(self._database.source, "damaged: a row has a value as node")

    def iris(self, ids: Collection[int]) -> set[Node]:
        """The nodes that have these ids."""
        try:
            return set(map(self._iris.__getitem__, ids))
        except KeyError:
            self.objects(set(ids))
            return set(map(self._iris.__getitem__, ids))

    def objects(self, ids: set[int]) -> Mapping[int, Object]:
        """Terms by their numbers; raises CorruptStoreError where one is not there."""
        if len(self._objects) > _CACHE_LIMIT:
            self._objects = {}
            self._iris = {}
        # Never `ids - known.keys()`, which walks all that is known.
        missing = {number for number in ids if number not in self._objects}
        if missing:
            if not all(type(number) is int for number in missing):
                raise CorruptStoreError(self._database.source, "damaged: a term has no number")
            self._load_nodes([number for number in missing if number > 0])
            self._load_values([-number for number in missing if number <= 0])
            if any(number not in self._objects for number in missing):
                raise CorruptStoreError(self._database.source, "damaged: a term is missing")
        return self._objects

    def _load_nodes(self, ids: list[int]) -> None:
        sql = "SELECT nid, iri FROM json_each(?) CROSS JOIN node ON nid=json_each.value"
        rows = self._database.rows(sql, (as_json(ids),))
        if not all(isinstance(iri, str) for _, iri in rows):
            raise CorruptStoreError(self._database.source, "damaged: a node has no text")
        self._objects.update(rows)
        self._iris.update(rows)

    def _load_values(self, ids: list[int]) -> None:
        sql = (
            "SELECT vid, text, datatype, language, tree FROM json_each(?) AS wanted "
            "CROSS JOIN value ON vid=wanted.value"
        )
        for vid, text, datatype, language, tree in self._database.rows(sql, (as_json(ids),)):
            self._objects[-vid] = value_from(text, datatype, language, tree, self._database.source)

    def encoded_groups(self, ids: list[int]) -> EncodedGroups:
        """Sets of qualifiers by place, from their numbers. Raises CorruptStoreError."""
        rows = self._database.rows(_GROUPS, (as_json(ids),))
        found = {0: encode_qualifiers(()), **dict(rows)}
        if not all(isinstance(found.get(number), bytes) for number in ids):
            raise CorruptStoreError(self._database.source, "damaged: a qualifier is missing")
        source = self._database.source
        return EncodedGroups([found[n] for n in ids], lambda data: _decoded_group(data, source))

    def groups(self, ids: set[int]) -> Mapping[int, tuple[Qualifier, ...]]:
        """Sets of qualifiers by their numbers."""
        missing = {number for number in ids if number not in self._qualifiers}
        if missing:
            for qid, data in self._database.rows(_GROUPS, (as_json(missing),)):
                self._qualifiers[qid] = _decoded_group(data, self._database.source)
            if any(number not in self._qualifiers for number in missing):
                raise CorruptStoreError(self._database.source, "damaged: a qualifier is missing")
        return self._qualifiers


def value_from(
    text: str | None, datatype: str | None, language: str | None, tree: bytes | None, source: str
) -> Object:
    """The literal or expression of a row. Raises CorruptStoreError."""
    try:
        if tree is not None:
            return decode_object(tree)
        if any(not isinstance(part, str | None) for part in (text, datatype, language)):
            raise CorruptStoreError(source, "damaged: a literal that is no text")
    except (ValueError, TypeError, AttributeError) as error:
        # The bytes, or their type, are not what was written.
        raise CorruptStoreError(source, f"damaged expression: {error}") from error
    return Literal(text or "", datatype or XSD_STRING, language or "")


def _decoded_group(data: bytes, source: str) -> tuple[Qualifier, ...]:
    try:
        return decode_qualifiers(data)
    except (ValueError, TypeError, AttributeError) as error:
        raise CorruptStoreError(source, f"damaged qualifiers: {error}") from error


def _value_row(term: Object) -> tuple[str | None, str | None, str | None, bytes | None]:
    if not isinstance(term, Literal):
        return (None, None, None, encode_object(term))
    datatype = None if term.datatype == XSD_STRING else term.datatype
    return (term.value, datatype, term.language or None, None)


def _node_terms(statements: Iterable[Statement]) -> set[Node]:
    found: set[Node] = set()
    for statement in statements:
        found.add(statement.subject)
        found.add(statement.predicate)
        if isinstance(statement.object, str):
            found.add(statement.object)
    return found


def _value_terms(statements: Iterable[Statement]) -> set[Object]:
    return {s.object for s in statements if not isinstance(s.object, str)}


def _groups(statements: Iterable[Statement]) -> set[tuple[Qualifier, ...]]:
    return {s.qualifiers for s in statements if s.qualifiers}


def _in_numbers(
    statement: Statement,
    nodes: Mapping[Node, int],
    values: Mapping[Object, int],
    groups: Mapping[tuple[Qualifier, ...], int],
) -> Numbers | None:
    subject = nodes.get(statement.subject)
    predicate = nodes.get(statement.predicate)
    if isinstance(statement.object, str):
        target = nodes.get(statement.object)
    else:
        value = values.get(statement.object)
        target = None if value is None else -value
    group = groups.get(statement.qualifiers) if statement.qualifiers else 0
    if subject is None or predicate is None or target is None or group is None:
        return None
    return (subject, predicate, target, group)
