"""From what people write to nodes and literals, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier
from graph.vocabulary import ALTERNATIVE_ID, DEPRECATED, LABEL, RDF_TYPE, REPLACED_BY
from kgcl.changes import Compound, Note, Ref, RefKind, Term, Text
from kgcl.errors import ChangeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graph.prefixes import PrefixMap
    from graph.snapshot import Match, Snapshot
    from kgcl.ids import IdPolicy

#: Prefixes of ids that hold in one batch only, until a policy gives real ones.
PLACEHOLDERS: Final = frozenset({"AUTOID", "_"})
_CANDIDATES: Final = 5
_NEAR: Final = 0.75


class UnresolvedError(Exception):
    """An entity cannot be told; the reason becomes that of a rejected change."""


class Resolver:
    """Finds what references mean against a snapshot and its prefixes.

    ``ids`` gives nodes to placeholders; a placeholder keeps its node for the whole batch.
    """

    def __init__(
        self, snapshot: Snapshot, prefixes: PrefixMap, ids: IdPolicy | None = None
    ) -> None:
        self.snapshot = snapshot
        self.prefixes = prefixes
        self.ids = ids
        self._given: dict[str, Node] = {}
        self._used: set[int] | None = None

    def node(self, ref: Ref) -> Node:
        """The node that a reference means.

        Raises UnresolvedError where a label names nothing, or several nodes, and for a
        placeholder that nothing was made for.
        """
        if ref.kind is RefKind.IRI:
            return ref.text
        if ref.kind is RefKind.LABEL:
            return self._labelled(ref.text)
        if is_placeholder(ref):
            try:
                return self._given[ref.text]
            except KeyError:
                reason = f"nothing was created as {ref.text} before this"
                raise UnresolvedError(reason) from None
        return self.prefixes.expand(ref.text)

    def new_node(self, ref: Ref | None) -> Node:
        """The node for something that is to be created: the one named, or one with a new id.

        Raises UnresolvedError where an id is wanted and no policy gives ids.
        """
        if ref is not None and not is_placeholder(ref):
            return self.node(ref)
        if ref is not None and ref.text in self._given:
            return self._given[ref.text]
        if self.ids is None:
            raise UnresolvedError("no ids are given here: name a file of id ranges, or write an id")
        try:
            node = self.ids.choose(self._used_numbers())
        except ChangeError as error:
            raise UnresolvedError(str(error)) from None
        number = self.ids.number(node)
        if number is not None:
            self._used_numbers().add(number)
        if ref is not None:
            self._given[ref.text] = node
        return node

    def _used_numbers(self) -> set[int]:
        """Numbers of the range that are ids here, or were: what is obsolete or merged counts."""
        if self._used is None:
            nodes = {s.subject for s in self.snapshot.statements(predicates={RDF_TYPE, LABEL})}
            for statement in self.snapshot.statements(predicates={ALTERNATIVE_ID}):
                if isinstance(statement.object, Literal):
                    nodes.add(self.prefixes.expand(statement.object.value))
            numbers = (self.ids.number(node) for node in nodes) if self.ids else ()
            self._used = {number for number in numbers if number is not None}
        return self._used

    def _labelled(self, text: str) -> Node:
        matches = self.snapshot.find([text])[text]
        if not matches:
            short = self.prefixes.shorthands.get(text)
            if short is None:
                raise UnresolvedError(f"nothing is called {text!r}{self._near(text)}")
            return short
        best = _closeness(matches[0])
        nodes = sorted({match.node for match in matches if _closeness(match) == best})
        if len(nodes) > 1:
            nodes = self._in_use(nodes) or nodes
        if len(nodes) > 1:
            shown = ", ".join(self.describe(node) for node in nodes[:_CANDIDATES])
            raise UnresolvedError(f"{text!r} names {len(nodes)} nodes ({shown}): use an id")
        return nodes[0]

    def _in_use(self, nodes: list[Node]) -> list[Node]:
        """The nodes that are not obsolete: a name that a live node has is not the dead one's."""
        flags = self.snapshot.statements(subjects=set(nodes), predicates={DEPRECATED})
        obsolete = {s.subject for s in flags if _is_true(s.object)}
        return [node for node in nodes if node not in obsolete]

    def _near(self, text: str) -> str:
        """What else may be meant by a name that nothing has."""
        from difflib import SequenceMatcher

        words = text.split()
        stem = max(words, key=len)[:4] if words else ""
        found = self.snapshot.search(stem, 200) if stem else []
        wanted = text.casefold()
        near = [
            (ratio, match.text)
            for match in found
            if (ratio := SequenceMatcher(None, wanted, match.text.casefold()).ratio()) >= _NEAR
        ]
        return f"; did you mean {max(near)[1]!r}?" if near else ""

    def describe(self, node: Node) -> str:
        """A node with its label, and what to use instead where it is obsolete."""
        label = self.snapshot.labels({node}).get(node)
        text = f"{self.show(node)} {label.value!r}" if label else self.show(node)
        return text if self._in_use([node]) else f"{text} (obsolete{self._instead(node)})"

    def _instead(self, node: Node) -> str:
        pointers = self.snapshot.statements(subjects={node}, predicates={REPLACED_BY})
        targets = sorted(s.object for s in pointers if isinstance(s.object, str))
        return f", use {self.show(targets[0])}" if targets else ""

    def object(self, term: Term) -> Object:
        """The node, literal or expression that a term means."""
        if isinstance(term, Ref):
            return self.node(term)
        if isinstance(term, Text):
            if term.datatype is not None:
                return Literal(term.value, self.node(term.datatype))
            return Literal(term.value, language=term.language)
        return Expression(term.operator, tuple(self.object(inner) for inner in term.arguments))

    def qualifiers(self, notes: Iterable[Note]) -> tuple[Qualifier, ...]:
        """Qualifiers out of notes."""
        return tuple(
            Qualifier(
                self.node(note.predicate), self.object(note.value), self.qualifiers(note.qualifiers)
            )
            for note in notes
        )

    def show(self, node: Node) -> str:
        """A node as people read it."""
        return self.prefixes.contract(node)


def is_placeholder(ref: Ref) -> bool:
    """Whether a reference stands for a node that has no id yet."""
    return ref.kind is RefKind.CURIE and ref.text.partition(":")[0] in PLACEHOLDERS


def _is_true(value: Object) -> bool:
    return isinstance(value, Literal) and value.value == "true"


def _closeness(match: Match) -> tuple[bool, bool]:
    return (not match.exact, match.predicate != LABEL)


def term_of(value: Object) -> Term:
    """An object as a term, entities by IRI."""
    if isinstance(value, str):
        return Ref(value)
    if isinstance(value, Literal):
        if value.language:
            return Text(value.value, language=value.language)
        return Text(value.value, datatype=_datatype_of(value))
    return Compound(value.operator, tuple(term_of(argument) for argument in value.arguments))


def _datatype_of(literal: Literal) -> Ref | None:
    return None if literal == Literal(literal.value) else Ref(literal.datatype)


def notes_of(qualifiers: Iterable[Qualifier]) -> tuple[Note, ...]:
    """Qualifiers as notes, entities by IRI."""
    return tuple(
        Note(Ref(q.predicate), term_of(q.value), notes_of(q.qualifiers)) for q in qualifiers
    )
