"""Statements and deltas: what a graph is made of and what changes it.

A node is its absolute IRI, a ``str``. Everything here is immutable, hashable and totally
ordered by its canonical encoding, so that equal graphs have equal bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, Union

from graph.encoding import encode_fields, encode_text
from graph.vocabulary import ERASED, RDF_LANG_STRING, XSD_HEX_BINARY, XSD_STRING

if TYPE_CHECKING:
    from graph.expression import Expression

Node: TypeAlias = str
Object: TypeAlias = Union[str, "Literal", "Expression"]
Key: TypeAlias = tuple[Node, Node, Object]


def _setter(kind: type, name: str) -> Callable[[object, object], None]:
    """What sets a field of a new frozen object.

    Millions are made, and this is twice as fast as what a frozen dataclass does itself.
    """
    setter: Callable[[object, object], None] = getattr(kind, name).__set__
    return setter


@dataclass(frozen=True, slots=True, init=False)
class Literal:
    """A text with a datatype, or with a language tag. The text is kept verbatim.

    A language makes the datatype ``rdf:langString``; tags are compared in lower case
    (RDF 1.1 Concepts, section 3.3).
    """

    value: str
    datatype: Node = XSD_STRING
    language: str = ""

    def __init__(self, value: str, datatype: Node = XSD_STRING, language: str = "") -> None:
        _set_value(self, value)
        _set_datatype(self, RDF_LANG_STRING if language else datatype)
        _set_language(self, language.lower() if language else language)

    def __hash__(self) -> int:
        # Few literals differ in datatype or language alone, and every statement asks for this.
        return hash(self.value)

    def with_value(self, value: str) -> Literal:
        """Another text of the same datatype or language."""
        return Literal(value, self.datatype, self.language)

    def encode(self) -> bytes:
        """The canonical bytes of this literal."""
        return b"L" + encode_fields((self.value, self.datatype, self.language))

    def __str__(self) -> str:
        escaped = (
            self.value.replace("\\", "\\\\")
            .replace('"', '\\"')
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        )
        if self.language:
            return f'"{escaped}"@{self.language}'
        if self.datatype != XSD_STRING:
            return f'"{escaped}"^^<{self.datatype}>'
        return f'"{escaped}"'


_set_value, _set_datatype, _set_language = (
    _setter(Literal, name) for name in ("value", "datatype", "language")
)


def encode_object(value: Object) -> bytes:
    """The canonical bytes of a node, a literal or an expression."""
    if isinstance(value, str):
        return b"N" + encode_text(value)
    return value.encode()


def show(value: Object) -> str:
    """A term as text: ``<node>``, ``"literal"``, or an expression in OWL functional syntax."""
    return f"<{value}>" if isinstance(value, str) else str(value)


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A (predicate, value) pair on a statement or on another qualifier."""

    predicate: Node
    value: Object
    qualifiers: tuple[Qualifier, ...] = ()

    def __post_init__(self) -> None:
        if len(self.qualifiers) > 1:
            object.__setattr__(self, "qualifiers", canonical_qualifiers(self.qualifiers))

    def encode(self) -> bytes:
        """The canonical bytes of this qualifier and of those on it."""
        return (
            encode_text(self.predicate)
            + encode_object(self.value)
            + encode_qualifiers(self.qualifiers)
        )

    def mentions(self) -> Iterator[Node]:
        """Nodes in this qualifier, its own predicate left out."""
        yield from nodes_in(self.value)
        for qualifier in self.qualifiers:
            yield from qualifier.mentions()

    def __str__(self) -> str:
        return f"<{self.predicate}> {show(self.value)}{show_qualifiers(self.qualifiers)}"


def show_qualifiers(qualifiers: Iterable[Qualifier]) -> str:
    """Qualifiers as text in braces, or nothing where there are none."""
    inner = ", ".join(str(qualifier) for qualifier in qualifiers)
    return f" {{{inner}}}" if inner else ""


def canonical_qualifiers(qualifiers: Iterable[Qualifier]) -> tuple[Qualifier, ...]:
    """Qualifiers as the sorted tuple without repetitions that stands for their set."""
    listed = tuple(qualifiers)
    if _are_in_order(listed):
        return listed
    return tuple(sorted(set(listed), key=Qualifier.encode))


def _are_in_order(qualifiers: tuple[Qualifier, ...]) -> bool:
    """Whether qualifiers are seen to be canonical without encoding them: most are when read.

    Encodings begin with a length, so shorter ASCII texts come first.
    """
    last: tuple[int, str] = (0, "")
    previous: Object = ""
    for qualifier in qualifiers:
        text = qualifier.predicate
        place = (len(text), text)
        if not text.isascii() or place < last:
            return False
        if place == last:
            value = qualifier.value
            if not (isinstance(value, Literal) and isinstance(previous, Literal)):
                return False
            if not _precedes(previous, value):
                return False
        last, previous = place, qualifier.value
    return True


def _precedes(one: Literal, other: Literal) -> bool:
    """Whether the encoding of a literal is seen to come before that of another."""
    first, second = one.value, other.value
    both = first.isascii() and second.isascii()
    return both and (len(first), first) < (len(second), second)


def encode_qualifiers(qualifiers: tuple[Qualifier, ...]) -> bytes:
    """The canonical bytes of a canonical tuple of qualifiers."""
    return len(qualifiers).to_bytes(4, "big") + b"".join(q.encode() for q in qualifiers)


def nodes_in(value: Object) -> Iterator[Node]:
    """Nodes that an object is or mentions; a literal mentions none."""
    if isinstance(value, str):
        yield value
    elif not isinstance(value, Literal):
        yield from value.mentions()


@dataclass(frozen=True, slots=True, init=False)
class Statement:
    """Subject, predicate, object and qualifiers; identity is all four parts.

    Qualifiers are a set: given in any order, kept in canonical order.
    """

    subject: Node
    predicate: Node
    object: Object
    qualifiers: tuple[Qualifier, ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        subject: Node,
        predicate: Node,
        object: Object,  # noqa: A002
        qualifiers: tuple[Qualifier, ...] = (),
    ) -> None:
        if len(qualifiers) > 1:
            qualifiers = canonical_qualifiers(qualifiers)
        _set_subject(self, subject)
        _set_predicate(self, predicate)
        _set_object(self, object)
        _set_qualifiers(self, qualifiers)
        # Sets of statements are compared release by release; hashing each once is measurable.
        _set_hash(self, hash((subject, predicate, object, qualifiers)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(
        self,
    ) -> tuple[type[Statement], tuple[Node, Node, Object, tuple[Qualifier, ...]]]:
        # Hashes of text differ from process to process, so a copy computes its own.
        return (Statement, (self.subject, self.predicate, self.object, self.qualifiers))

    @property
    def key(self) -> Key:
        """What diff, merge and blame pair statements by: (subject, predicate, object)."""
        return (self.subject, self.predicate, self.object)

    def encode(self) -> bytes:
        """The canonical bytes of this statement."""
        return (
            encode_text(self.subject)
            + encode_text(self.predicate)
            + encode_object(self.object)
            + encode_qualifiers(self.qualifiers)
        )

    def digest(self) -> bytes:
        """SHA-256 of the canonical bytes (32 bytes); of an erased statement, those it had."""
        if self.predicate == ERASED and isinstance(self.object, Literal):
            return bytes.fromhex(self.object.value)
        return hashlib.sha256(self.encode()).digest()

    def mentions(self) -> Iterator[Node]:
        """Nodes in the object and in the qualifiers, with repetitions."""
        yield from nodes_in(self.object)
        for qualifier in self.qualifiers:
            yield from qualifier.mentions()

    def inner_nodes(self) -> frozenset[Node]:
        """Nodes inside the expression and the qualifiers; an object that is a node is not one."""
        found = {node for qualifier in self.qualifiers for node in qualifier.mentions()}
        if not isinstance(self.object, str):
            found.update(nodes_in(self.object))
        return frozenset(found)

    @property
    def erased(self) -> Statement:
        """What stands for this statement once it is purged: its digest, and nothing else."""
        return Statement(ERASED, ERASED, Literal(self.digest().hex(), XSD_HEX_BINARY))

    def with_qualifiers(self, qualifiers: Iterable[Qualifier]) -> Statement:
        """The same key with other qualifiers."""
        return Statement(self.subject, self.predicate, self.object, tuple(qualifiers))

    def __str__(self) -> str:
        return (
            f"<{self.subject}> <{self.predicate}> {show(self.object)}"
            f"{show_qualifiers(self.qualifiers)}"
        )


_set_subject, _set_predicate, _set_object, _set_qualifiers, _set_hash = (
    _setter(Statement, name) for name in ("subject", "predicate", "object", "qualifiers", "_hash")
)


def in_order(statements: Iterable[Statement]) -> list[Statement]:
    """Statements in canonical order, the same on every machine."""
    return sorted(statements, key=Statement.encode)


@dataclass(frozen=True, slots=True)
class Delta:
    """Statements removed and statements added; no statement is in both."""

    removed: frozenset[Statement] = frozenset()
    added: frozenset[Statement] = frozenset()

    def __post_init__(self) -> None:
        both = self.removed & self.added
        if both:
            raise ValueError(f"a delta removes and adds the same statement: {next(iter(both))}")

    @classmethod
    def between(cls, before: Iterable[Statement], after: Iterable[Statement]) -> Delta:
        """What turns one set of statements into another."""
        old, new = frozenset(before), frozenset(after)
        return cls(old - new, new - old)

    @property
    def inverse(self) -> Delta:
        """The delta that takes this one back, exactly."""
        return Delta(self.added, self.removed)

    def then(self, other: Delta) -> Delta:
        """The one delta that does this and then the other, netted."""
        return Delta(
            (self.removed - other.added) | (other.removed - self.added),
            (self.added - other.removed) | (other.added - self.removed),
        )

    def digest(self) -> bytes:
        """SHA-256 over the sorted digests of the removed and of the added statements."""
        return hash_of_digests(
            [statement.digest() for statement in self.removed],
            [statement.digest() for statement in self.added],
        )

    def __len__(self) -> int:
        return len(self.removed) + len(self.added)

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)


def hash_of_digests(removed: Iterable[bytes], added: Iterable[bytes]) -> bytes:
    """The hash of a delta from the digests of its statements: erased text can still be verified."""
    sha = hashlib.sha256()
    for digests in (sorted(removed), sorted(added)):
        sha.update(len(digests).to_bytes(8, "big"))
        for digest in digests:
            sha.update(digest)
    return sha.digest()
