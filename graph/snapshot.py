"""The read protocol: what every reader of a graph uses, whatever holds the graph.

Reads are set at a time; on a server a row at a time costs a round trip each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.vocabulary import LABEL, SEARCHED, SYNONYMS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Version:
    """Which state a snapshot shows: the commit, if it is one, and the name it was asked by."""

    commit: str | None = None
    name: str = ""


UNCOMMITTED: Final = Version()


@dataclass(frozen=True, slots=True)
class Match:
    """A node that a text names, by its label or by a synonym; ``exact`` says letter for letter."""

    node: Node
    predicate: Node
    text: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Columns:
    """Statements as interned ids, one row each, for models and bulk transport.

    ``terms`` and ``qualifiers`` are the tables that the ids point into; ``qualifiers[0]`` is the
    empty tuple. The four id arrays have shape (statements,): int64.
    """

    terms: tuple[Object, ...]
    qualifiers: Sequence[tuple[Qualifier, ...]]
    subject: NDArray[np.int64]
    predicate: NDArray[np.int64]
    object: NDArray[np.int64]
    qualifier: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.subject)

    def at(self, places: NDArray[np.int64]) -> Columns:
        """The rows at some places, with all the tables."""
        ids = (self.subject, self.predicate, self.object, self.qualifier)
        return Columns(self.terms, self.qualifiers, *(column[places] for column in ids))

    def statements(self) -> Iterator[Statement]:
        """The rows as statements again."""
        # Groups may be made each time they are asked for.
        groups = {place: self.qualifiers[place] for place in set(self.qualifier.tolist())}
        for s, p, o, q in zip(
            self.subject.tolist(),
            self.predicate.tolist(),
            self.object.tolist(),
            self.qualifier.tolist(),
            strict=True,
        ):
            subject, predicate = self.terms[s], self.terms[p]
            if not isinstance(subject, str) or not isinstance(predicate, str):
                raise ValueError("subject and predicate of a row must be nodes")
            yield Statement(subject, predicate, self.terms[o], groups[q])


@runtime_checkable
class Snapshot(Protocol):
    """The statements that hold at one version; it never changes under its reader."""

    @property
    def version(self) -> Version:
        """Which state this is."""

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        """Statements with these subjects, predicates and object nodes; None stands for all."""

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        """Statements that have a node as object, in a qualifier, or inside an expression."""

    def labels(self, nodes: Collection[Node]) -> dict[Node, Literal]:
        """The label of each node that has one."""

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        """For each text, nodes it names by label or synonym; exact matches first, then by case."""

    def search(self, text: str, limit: int = 20) -> list[Match]:
        """Nodes whose label, synonym, definition or comment has these words, best first.

        Case and accents do not count; each word asked for may be the beginning of a word.
        """

    def reach(
        self,
        nodes: Collection[Node],
        predicates: Collection[Node],
        inverse: bool = False,
        depth: int | None = None,
    ) -> set[Node]:
        """Nodes reached in one step or more (at most ``depth``) along edges, or against them."""

    def counts(self) -> dict[Node, int]:
        """How many statements each predicate has; predicates without any are left out."""

    def columns(self, predicates: Collection[Node] | None = None) -> Columns:
        """All statements, or those with these predicates, as columns."""


class DerivedReads(ABC):
    """The reads of a snapshot that follow from its statements, one set-at-a-time read a step."""

    @abstractmethod
    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        """See :meth:`Snapshot.statements`."""

    def labels(self, nodes: Collection[Node]) -> dict[Node, Literal]:
        """See :meth:`Snapshot.labels`."""
        return labels_from(self.statements(subjects=nodes, predicates={LABEL}))

    def search(self, text: str, limit: int = 20) -> list[Match]:
        """See :meth:`Snapshot.search`."""
        from graph.text_search import ranked

        return ranked(text, self.statements(predicates=SEARCHED), limit)

    def reach(
        self,
        nodes: Collection[Node],
        predicates: Collection[Node],
        inverse: bool = False,
        depth: int | None = None,
    ) -> set[Node]:
        """See :meth:`Snapshot.reach`; breadth first."""
        reached: set[Node] = set()
        frontier = set(nodes)
        steps = 0
        while frontier and (depth is None or steps < depth):
            found = set(self._neighbours(frontier, predicates, inverse))
            frontier = found - reached
            reached |= found
            steps += 1
        return reached

    def _neighbours(
        self, nodes: set[Node], predicates: Collection[Node], inverse: bool
    ) -> Iterator[Node]:
        if inverse:
            for edge in self.statements(predicates=predicates, objects=nodes):
                yield edge.subject
            return
        for edge in self.statements(subjects=nodes, predicates=predicates):
            if isinstance(edge.object, str):
                yield edge.object

    def counts(self) -> dict[Node, int]:
        """See :meth:`Snapshot.counts`."""
        return dict(Counter(statement.predicate for statement in self.statements()))

    def columns(self, predicates: Collection[Node] | None = None) -> Columns:
        """See :meth:`Snapshot.columns`."""
        return columns_from(self.statements(predicates=predicates))


def choose_label(labels: Iterable[Literal]) -> Literal:
    """The one label to show of several: no language first, then English, then by text."""
    return min(
        labels, key=lambda label: (label.language not in ("", "en"), label.language, label.value)
    )


def labels_from(statements: Iterable[Statement]) -> dict[Node, Literal]:
    """Labels out of label statements."""
    found: dict[Node, list[Literal]] = {}
    for statement in statements:
        if statement.predicate == LABEL and isinstance(statement.object, Literal):
            found.setdefault(statement.subject, []).append(statement.object)
    return {node: choose_label(labels) for node, labels in found.items()}


def matches_from(texts: Collection[str], statements: Iterable[Statement]) -> dict[str, list[Match]]:
    """Which label and synonym statements name each text, in the order of ``Snapshot.find``."""
    wanted: dict[str, list[str]] = {}
    for text in texts:
        wanted.setdefault(text.casefold(), []).append(text)
    found: dict[str, list[Match]] = {text: [] for text in texts}
    for statement in statements:
        if not isinstance(statement.object, Literal):
            continue
        value = statement.object.value
        for text in wanted.get(value.casefold(), ()):
            found[text].append(Match(statement.subject, statement.predicate, value, value == text))
    for matches in found.values():
        matches.sort(key=lambda m: (not m.exact, m.predicate != LABEL, m.node, m.predicate, m.text))
    return found


def columns_from(statements: Iterable[Statement]) -> Columns:
    """Statements interned into columns, terms numbered in order of first use."""
    import numpy as np

    terms: dict[Object, int] = {}
    qualifiers: dict[tuple[Qualifier, ...], int] = {(): 0}
    rows = [
        (
            terms.setdefault(s.subject, len(terms)),
            terms.setdefault(s.predicate, len(terms)),
            terms.setdefault(s.object, len(terms)),
            qualifiers.setdefault(s.qualifiers, len(qualifiers)),
        )
        for s in statements
    ]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 4)
    return Columns(
        tuple(terms), tuple(qualifiers), table[:, 0], table[:, 1], table[:, 2], table[:, 3]
    )


def naming(snapshot: Snapshot) -> Iterator[Statement]:
    """The label and synonym statements of a snapshot."""
    return snapshot.statements(predicates={LABEL, *SYNONYMS})


def selects(
    statement: Statement,
    subjects: Set[Node] | None,
    predicates: Set[Node] | None,
    objects: Set[Node] | None,
) -> bool:
    """Whether a statement passes the three filters of ``Snapshot.statements``."""
    return (
        (subjects is None or statement.subject in subjects)
        and (predicates is None or statement.predicate in predicates)
        and (objects is None or (isinstance(statement.object, str) and statement.object in objects))
    )


def as_set(nodes: Collection[Node] | None) -> Set[Node] | None:
    """A collection as a set, to ask for membership often; None stays None."""
    return nodes if nodes is None or isinstance(nodes, Set) else frozenset(nodes)
