"""The state of a graph in SQLite at one version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from graph.encoding import is_storable
from graph.errors import CorruptStoreError
from graph.model import Literal, Node, Object, Statement
from graph.snapshot import Columns, Match, Version, labels_from, matches_from
from graph.sqlite_database import Database
from graph.sqlite_lineage import Lineage, visible
from graph.sqlite_reach import Reach
from graph.sqlite_terms import NAMING, Numbers, Terms, as_json
from graph.text_search import ranked
from graph.vocabulary import LABEL, SEARCHED
from graph.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAGE: Final = 50_000
_NUMBERS: Final = "f.s, f.p, f.o, f.q"


class SqliteSnapshot:
    """Rows that a lineage sees. The lineage is fixed, so later commits change nothing here."""

    def __init__(
        self, database: Database, terms: Terms, lineage: Lineage, size: int, version: Version
    ) -> None:
        self._database = database
        self._terms = terms
        self._size = size
        self._version = version
        self.lineage = lineage
        self._visible = visible(lineage)
        self._reach = Reach(database, self._visible)

    @property
    def version(self) -> Version:
        return self._version

    def __len__(self) -> int:
        return self._size

    def statements(
        self,
        subjects: Collection[Node] | None = None,
        predicates: Collection[Node] | None = None,
        objects: Collection[Node] | None = None,
    ) -> Iterator[Statement]:
        for page in self._pages(subjects, predicates, objects):
            yield from self._terms.statements(page)

    def _pages(
        self,
        subjects: Collection[Node] | None,
        predicates: Collection[Node] | None,
        objects: Collection[Node] | None,
    ) -> Iterator[list[Numbers]]:
        wanted = {
            column: None if nodes is None else list(self._terms.nodes(set(nodes)).values())
            for column, nodes in (("s", subjects), ("o", objects), ("p", predicates))
        }
        if any(ids == [] for ids in wanted.values()):
            return
        given = {column: ids for column, ids in wanted.items() if ids is not None}
        if not given:
            yield from self._all()
            return
        driver = next(iter(given))
        index = {"s": "fact_out", "o": "fact_in", "p": "fact_predicate"}[driver]
        filters = "".join(
            f" AND f.{column} IN (SELECT value FROM json_each(:{column}))"  # noqa: S608
            for column in given
            if column != driver
        )
        bindings = {column: as_json(ids) for column, ids in given.items()}
        for condition in self._visible:
            yield self._database.rows(
                f"SELECT {_NUMBERS} FROM json_each(:{driver}) AS j "  # noqa: S608
                f"CROSS JOIN fact AS f INDEXED BY {index} ON f.{driver}=j.value "
                f"WHERE {condition}{filters}",
                bindings,
            )

    def _all(self) -> Iterator[list[Numbers]]:
        for condition in self._visible:
            last = 0
            while True:
                rows = self._database.rows(
                    f"SELECT f.fid, {_NUMBERS} FROM fact AS f NOT INDEXED "  # noqa: S608
                    f"WHERE f.fid>? AND {condition} ORDER BY f.fid LIMIT {_PAGE}",
                    (last,),
                )
                yield [row[1:] for row in rows]
                if len(rows) < _PAGE:
                    break
                last = rows[-1][0]

    def mentioning(self, nodes: Collection[Node]) -> Iterator[Statement]:
        ids = as_json(self._terms.nodes(set(nodes)).values())
        for condition in self._visible:
            rows = self._database.rows(
                f"SELECT f.fid, {_NUMBERS} FROM json_each(:n) AS j "  # noqa: S608
                f"CROSS JOIN fact AS f INDEXED BY fact_in ON f.o=j.value WHERE {condition} "
                f"UNION SELECT f.fid, {_NUMBERS} FROM json_each(:n) AS j "
                "CROSS JOIN mention AS m ON m.node=j.value "
                f"CROSS JOIN fact AS f NOT INDEXED ON f.fid=m.fid WHERE {condition}",
                {"n": ids},
            )
            yield from self._terms.statements([row[1:] for row in rows])

    def labels(self, nodes: Collection[Node]) -> dict[Node, Literal]:
        return labels_from(self.statements(subjects=nodes, predicates={LABEL}))

    def find(self, texts: Collection[str]) -> dict[str, list[Match]]:
        values = self._terms.named({text.casefold() for text in texts})
        return matches_from(texts, self._having(values, NAMING))

    def search(self, text: str, limit: int = 20) -> list[Match]:
        asked = words(text) if is_storable(text) else []
        if not asked:
            return []
        return ranked(text, self._having(self._terms.with_words(asked), SEARCHED), limit)

    def _having(self, texts: Collection[int], predicates: Collection[Node]) -> list[Statement]:
        """Statements whose object is one of these literals, along these predicates."""
        values = as_json(texts)
        naming = as_json(self._terms.nodes(predicates).values())
        found: list[Statement] = []
        for condition in self._visible:
            rows = self._database.rows(
                f"SELECT {_NUMBERS} FROM json_each(?1) AS j "  # noqa: S608
                "CROSS JOIN fact AS f INDEXED BY fact_in ON f.o=j.value "
                f"WHERE {condition} AND f.p IN (SELECT value FROM json_each(?2))",
                (values, naming),
            )
            found += self._terms.statements(rows)
        return found

    def reach(
        self,
        nodes: Collection[Node],
        predicates: Collection[Node],
        inverse: bool = False,
        depth: int | None = None,
    ) -> set[Node]:
        start = self._terms.nodes(nodes).values()
        along = self._terms.nodes(predicates).values()
        return self._terms.iris(self._reach.run(start, along, inverse, depth))

    def counts(self) -> dict[Node, int]:
        found: Counter[int] = Counter()
        for condition in self._visible:
            found.update(
                dict(
                    self._database.rows(
                        "SELECT f.p, count(*) FROM fact AS f "  # noqa: S608
                        f"WHERE {condition} GROUP BY f.p"
                    )
                )
            )
        names = self._terms.objects(set(found))
        return {str(names[number]): count for number, count in found.items()}

    def columns(self, predicates: Collection[Node] | None = None) -> Columns:
        import numpy as np

        try:
            pages = [
                np.array(page, dtype=np.int64).reshape(len(page), 4)
                for page in self._pages(None, predicates, None)
            ]
        except (ValueError, TypeError, OverflowError) as error:
            reason = f"damaged: a statement row holds what is not a number: {error}"
            raise CorruptStoreError(self._database.source, reason) from error
        table = np.concatenate([np.empty((0, 4), np.int64), *pages])
        if (table[:, :2] <= 0).any():
            reason = "damaged: a statement row has a subject or predicate that is not a node"
            raise CorruptStoreError(self._database.source, reason)
        ids, places = np.unique(table[:, :3], return_inverse=True)
        places = places.reshape(len(table), 3).astype(np.int64)
        known = self._terms.objects(_as_set(ids))
        terms: tuple[Object, ...] = tuple(known[number] for number in ids.tolist())
        # The empty group is number 0 of every store, and so the first of the sorted ones.
        group_ids, group = np.unique(np.append(table[:, 3], 0), return_inverse=True)
        return Columns(
            terms,
            self._terms.encoded_groups(group_ids.tolist()),
            places[:, 0],
            places[:, 1],
            places[:, 2],
            group[:-1].astype(np.int64).reshape(len(table)),
        )

    def rows_of(self, numbers: Iterable[Numbers]) -> dict[Numbers, tuple[int, int, int]]:
        """Of these statements those that hold, each with row id, branch of the row, and origin."""
        wanted = list(numbers)
        found: dict[Numbers, tuple[int, int, int]] = {}
        for condition in self._visible:
            rows = self._database.many(
                f"SELECT {_NUMBERS}, f.fid, f.branch, f.origin "  # noqa: S608
                "FROM fact AS f INDEXED BY fact_out "
                f"WHERE f.s=? AND f.p=? AND f.o=? AND f.q=? AND {condition}",
                wanted,
            )
            found.update((row[:4], row[4:]) for row in rows)
            if rows:
                wanted = [numbers for numbers in wanted if numbers not in found]
            if not wanted:
                break
        return found

    def rows_with_key(self, numbers: Numbers) -> list[tuple[Numbers, int]]:
        """Statements with the subject, predicate and object of one, each with its origin."""
        return [
            (row[:4], row[4])
            for condition in self._visible
            for row in self._database.rows(
                f"SELECT {_NUMBERS}, f.origin FROM fact AS f INDEXED BY fact_out "  # noqa: S608
                f"WHERE f.s=? AND f.p=? AND f.o=? AND {condition}",
                numbers[:3],
            )
        ]

    def rows_about(self, nodes: Collection[Node]) -> list[tuple[Numbers, int]]:
        """Statements about nodes in numbers, each with its origin."""
        ids = as_json(self._terms.nodes(set(nodes)).values())
        return [
            (row[:4], row[4])
            for condition in self._visible
            for row in self._database.rows(
                f"SELECT {_NUMBERS}, f.origin FROM json_each(?) AS j "  # noqa: S608
                "CROSS JOIN fact AS f INDEXED BY fact_out ON f.s=j.value "
                f"WHERE {condition}",
                (ids,),
            )
        ]


def _as_set(ids: NDArray[np.int64]) -> set[int]:
    return {int(number) for number in ids}
