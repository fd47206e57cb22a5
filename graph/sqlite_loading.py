"""Many new statements at once, from columns: no statement becomes an object."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from graph.column_digests import hash_of_rows
from graph.distinct_rows import distinct_rows
from graph.encoded_groups import encoded, mentions
from graph.errors import InvalidDeltaError
from graph.model import (
    Literal,
    Node,
    Object,
    nodes_in,
)
from graph.packing import Packed
from graph.snapshot import Columns
from graph.sqlite_database import Database
from graph.sqlite_groups import NewGroups
from graph.sqlite_lineage import Span
from graph.sqlite_log import Log
from graph.sqlite_schema import FACT_INDEXES
from graph.sqlite_snapshot import SqliteSnapshot
from graph.sqlite_terms import NAMING, Numbers, Terms
from graph.vocabulary import ERASED, SEARCHED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.int64]

_PAGE: Final = 200_000


class Loading:
    """Columns about to become one entry of the log; belongs inside a transaction.

    A repeated row counts once. Everything large is read from the columns page by page.
    """

    def __init__(self, database: Database, terms: Terms, columns: Columns) -> None:
        self._database = database
        self._terms = terms
        self._columns = columns
        self._encoded = encoded(columns.qualifiers)
        self._in_group = mentions(self._encoded)
        self._used_groups = _used(len(self._encoded), columns.qualifier)
        self._ids = _interned(terms, columns, self._nodes_in_groups())
        self._groups, self._new_groups = self._numbered_groups()
        self._first = 0
        self._packed: Packed | None = None
        self._order = self._distinct()

    def _nodes_in_groups(self) -> set[Node]:
        if not self._in_group:
            return set()
        used = (self._in_group.get(place, ()) for place in self._used_groups)
        return {node for nodes in used for node in nodes}

    def _numbered_groups(self) -> tuple[Table, NewGroups]:
        """Numbers of the store for groups of qualifiers, and which of them are to be stored."""
        import numpy as np

        numbers, new = self._terms.number_groups([self._encoded[at] for at in self._used_groups])
        found = np.zeros(len(self._encoded), dtype=np.int64)
        found[self._used_groups] = numbers
        return found, new

    def __len__(self) -> int:
        return len(self._order)

    def _distinct(self) -> Table:
        """Places of the distinct rows, in the order in which the indexes want them."""
        import numpy as np

        c = self._columns
        columns = (self._ids[c.subject], self._ids[c.predicate], self._ids[c.object])
        packed = Packed.of((*columns, self._groups[c.qualifier]))
        if packed is None:
            return distinct_rows((*columns, self._groups[c.qualifier]))
        order: Table = np.argsort(packed.rows, kind="stable")
        rows = packed.rows[order]
        first = np.concatenate([[True], rows[1:] != rows[:-1]])[: len(rows)]
        self._packed = replace(packed, rows=rows[first])
        distinct: Table = order[first]
        return distinct

    def _numbers(self, places: Table) -> Iterator[Numbers]:
        """Rows in the numbers of the store."""
        c = self._columns
        return zip(
            self._ids[c.subject[places]].tolist(),
            self._ids[c.predicate[places]].tolist(),
            self._ids[c.object[places]].tolist(),
            self._groups[c.qualifier[places]].tolist(),
            strict=True,
        )

    def _pages(self) -> Iterator[Table]:
        for start in range(0, len(self._order), _PAGE):
            yield self._order[start : start + _PAGE]

    def digest(self) -> bytes:
        """The hash of the delta that these statements are."""
        return hash_of_rows(self._columns, self._encoded, self._pages())

    def check_whole(self) -> None:
        """Raises InvalidDeltaError where a row stands for what was erased."""
        predicates = _used(len(self._columns.terms), self._columns.predicate)
        if any(self._columns.terms[place] == ERASED for place in predicates):
            raise InvalidDeltaError("adds what was erased", ERASED)

    def check_new(self, head: SqliteSnapshot) -> None:
        """Raises InvalidDeltaError where the head has one of the statements."""
        if not len(head):
            return
        for places in self._pages():
            present = head.rows_of(self._numbers(places))
            if present:
                statement = next(self._terms.statements(list(present)))
                raise InvalidDeltaError("adds what is there already", statement)

    @contextmanager
    def writing(self, at: Span, cid: int) -> Iterator[None]:
        """Write the rows, as set by a commit that will be made; done on leaving.

        What is left for then is SQLite's own work, beside which the interpreter is free.
        """
        self._first = self._database.value("SELECT coalesce(max(fid), 0) + 1 FROM fact")
        with _indexes_last(self._database, fresh=self._first == 1):
            if self._packed is None:
                self._facts(self._first, at, cid)
                yield
                self._store_groups()
            else:
                yield
                self._store_groups()
                self._facts(self._first, at, cid)
        self._mentions(self._first)
        self._texts()

    def _store_groups(self) -> None:
        self._terms.store_groups([self._encoded[at] for at in self._used_groups], self._new_groups)

    def enter(self, log: Log, at: Span, cid: int, size: int, instead: bool = False) -> None:
        """Write the entry in the log; ``instead`` where the commit is not the one expected."""
        if instead:
            sql = "UPDATE fact SET origin=? WHERE fid>=?"
            self._database.rows(sql, (cid, self._first))
        log.write_run(at, self._first, len(self), cid, size + len(self))

    def _facts(self, first: int, at: Span, cid: int) -> None:
        stamp = f"{int(at.branch)}, {int(at.seq)}, {int(cid)}"
        if self._packed is not None:
            for start in range(0, len(self), _PAGE):
                self._database.rows(
                    "INSERT INTO fact(s, p, o, q, branch, since, origin) "  # noqa: S608
                    f"SELECT {self._packed.unpacking}, {stamp} FROM carray(?)",
                    (self._database.array(self._packed.rows[start : start + _PAGE]),),
                )
            return
        sql = (
            "INSERT INTO fact(fid, s, p, o, q, branch, since, origin) "
            f"VALUES(?, ?, ?, ?, ?, {stamp})"
        )
        for places in self._pages():
            numbers = self._numbers(places)
            self._database.many(sql, ((fid, *row) for fid, row in enumerate(numbers, first)))
            first += len(places)

    def _mentions(self, first: int) -> None:
        """Nodes inside expressions and qualifiers; a plain object has an index of its own."""
        import numpy as np

        c = self._columns
        in_group = self._in_group
        in_tree = _in_trees(c.terms)
        telling = _marks(len(c.qualifiers), in_group)[c.qualifier[self._order]]
        telling |= _marks(len(c.terms), in_tree)[c.object[self._order]]
        places = np.flatnonzero(telling)
        ids = self._terms.nodes(set().union(*in_group.values(), *in_tree.values()))
        none: set[Node] = set()
        rows = self._order[places]
        found = zip(
            (places + first).tolist(),
            c.object[rows].tolist(),
            c.qualifier[rows].tolist(),
            strict=True,
        )
        self._database.many(
            "INSERT INTO mention(node, fid) VALUES(?, ?)",
            (
                (ids[node], fid)
                for fid, o, q in found
                for node in sorted(in_group.get(q, none) | in_tree.get(o, none))
            ),
        )

    def _texts(self) -> None:
        """Let labels, synonyms and other texts be found."""
        import numpy as np

        c = self._columns
        searched = np.array([term in SEARCHED for term in c.terms], dtype=bool)
        places = self._order[searched[c.predicate[self._order]]]
        pairs = np.unique(np.column_stack((c.predicate[places], c.object[places])), axis=0)
        texts = (
            (c.terms[p] in NAMING, value.value, -int(self._ids[o]))
            for p, o in pairs.tolist()
            if isinstance(value := c.terms[o], Literal)
        )
        self._terms.mark(texts)


def _interned(terms: Terms, columns: Columns, inside: set[Node]) -> Table:
    """Numbers of the store for each term that a row uses; nodes inside others are stored too.

    Raises InvalidDeltaError for rows that are no statements, and for text that is not Unicode.
    """
    import numpy as np

    size = len(columns.terms)
    for place in _used(size, columns.subject, columns.predicate):
        if not isinstance(columns.terms[place], str):
            raise InvalidDeltaError("subject or predicate is no node", columns.terms[place])
    used = _used(size, columns.subject, columns.predicate, columns.object)
    nodes = {term for place in used if isinstance(term := columns.terms[place], str)}
    values: set[Object] = {
        term for place in used if not isinstance(term := columns.terms[place], str)
    }
    nodes |= inside | {node for value in values for node in nodes_in(value)}
    numbers: dict[Object, int] = dict(terms.intern_nodes(nodes).items())
    numbers |= {value: -vid for value, vid in terms.intern_values(values).items()}
    ids = np.zeros(size, dtype=np.int64)
    ids[used] = [numbers[columns.terms[place]] for place in used]
    return ids


def _used(size: int, *columns: Table) -> list[int]:
    """The ids, of so many, that a column has; marking them is faster than sorting."""
    import numpy as np

    marks = np.zeros(size, dtype=bool)
    for column in columns:
        marks[column] = True
    found: list[int] = np.flatnonzero(marks).tolist()
    return found


def _in_trees(terms: Sequence[Object]) -> dict[int, set[Node]]:
    """Nodes inside expressions, by the place of the expression."""
    found = {
        place: set(nodes_in(term)) for place, term in enumerate(terms) if not isinstance(term, str)
    }
    return {place: nodes for place, nodes in found.items() if nodes}


def _marks(size: int, places: Collection[int]) -> NDArray[np.bool_]:
    import numpy as np

    marks = np.zeros(size, dtype=bool)
    marks[list(places)] = True
    return marks


@contextmanager
def _indexes_last(database: Database, fresh: bool) -> Iterator[None]:
    """Make the indexes of an empty table after its rows: sorting beats inserting."""
    if not fresh:
        yield
        return
    for name in FACT_INDEXES:
        database.rows(f"DROP INDEX {name}")
    yield
    for sql in FACT_INDEXES.values():
        database.rows(sql)
