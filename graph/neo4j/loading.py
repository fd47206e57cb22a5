"""Many new statements, page by page: no transaction of the server grows with them.

What a load has written so far bears the number of the next entry of the main line, so that no
reader of ours sees it before the last transaction counts that entry. Nobody else writes meanwhile.
The same load, begun again, goes on behind the last page that was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import uuid4

from graph.admission import unicode_checked
from graph.column_digests import hash_of_rows
from graph.commit import Commit, CommitMeta
from graph.distinct_rows import distinct_rows
from graph.encoded_groups import encoded, mentions
from graph.errors import InvalidDeltaError, UnavailableError
from graph.model import Delta, Node, Statement, encode_object, nodes_in
from graph.neo4j.clearing import forget
from graph.neo4j.ledger import Ledger, Load
from graph.neo4j.log_entry import PART, encode
from graph.neo4j.naming import MENTIONS, labels_in
from graph.neo4j.said_properties import follows_neo4j
from graph.neo4j.server import Server, Work
from graph.neo4j.writing import BesideLoadError, BesideTakingOverError, Writer, Writing
from graph.snapshot import Columns
from graph.store import MAIN
from graph.vocabulary import ERASED, LABEL, RDF_TYPE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

T = TypeVar("T")

#: With more rows than this, a load is written in pages of so many.
LARGE: Final = 20_000
_BEGIN: Final = """MATCH (g:VersionedGraph {name: $graph})
SET g.loading = $seq, g.loadKey = $key, g.loadToken = $token, g.loaded = $pages,
    g.loadedAt = timestamp()"""
_PAGE_DONE: Final = """MATCH (g:VersionedGraph {name: $graph})
SET g.loaded = $pages, g.loadedAt = timestamp()"""


@contextmanager
def columns_checked() -> Iterator[None]:
    """Raises InvalidDeltaError for a row that is no statement, and for text without a code."""
    try:
        with unicode_checked():
            yield
    except ValueError as error:
        raise InvalidDeltaError(f"a row that is no statement: {error}", "no node") from error


def is_large(delta: Delta) -> bool:
    """Whether a delta only adds, and so much that it is written in pages."""
    large = len(delta.added) > LARGE and not delta.removed
    return large and all(statement.predicate != ERASED for statement in delta.added)


class Pages:
    """The different rows of columns, in an order that depends on what they say alone.

    So a load that is begun again, by another process, has the same pages.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = c = columns
        self._groups = encoded(columns.qualifiers)
        with columns_checked():
            terms = _ranks([encode_object(term) for term in columns.terms])
        groups = _ranks(self._groups)
        rows = (terms[c.subject], terms[c.predicate], terms[c.object], groups[c.qualifier])
        self._order = distinct_rows(rows)

    def __len__(self) -> int:
        return -(-self.rows // LARGE)

    @property
    def rows(self) -> int:
        """How many different rows there are."""
        return len(self._order)

    def _parts(self, size: int) -> Iterator[Places]:
        for start in range(0, len(self._order), size):
            yield self._order[start : start + size]

    def __iter__(self) -> Iterator[list[Statement]]:
        for places in self._parts(LARGE):
            yield list(self._columns.at(places).statements())

    def log(self) -> list[bytes]:
        """What the log keeps of all rows."""
        parts = self._parts(PART)
        return [encode([], self._columns.at(places).statements()) for places in parts]

    def digest(self) -> bytes:
        """The hash of the delta that these rows are."""
        with unicode_checked():
            return hash_of_rows(self._columns, self._groups, self._parts(PART))

    def predicates(self) -> set[Node]:
        """The predicates of all rows. Raises InvalidDeltaError for one that was erased."""
        found = self._named(self._columns.predicate)
        if ERASED in found:
            raise InvalidDeltaError("adds what was erased", ERASED)
        return found

    def types(self) -> set[Node]:
        """The types that rows give to nodes."""
        return self._named(self._columns.object[self._with_predicate(RDF_TYPE)])

    def labels(self) -> dict[Node, str]:
        """What rows call the predicates."""
        subjects = self._rows_about(self.predicates())
        named = self._with_predicate(LABEL)
        return labels_in(self._columns.at(named[subjects[named]]).statements())

    def nodes(self) -> list[Node]:
        """Every node that a row is about, or mentions, in order."""
        import numpy as np

        c = self._columns
        found = self._named(c.subject)
        for place in np.unique(c.object).tolist():
            term = c.terms[place]
            found |= {term} if isinstance(term, str) else set(nodes_in(term))
        used = set(np.unique(c.qualifier).tolist())
        for place, inner in mentions(self._groups).items():
            found |= inner if place in used else set()
        return sorted(found)

    def _named(self, column: Places) -> set[Node]:
        import numpy as np

        terms = (self._columns.terms[place] for place in np.unique(column).tolist())
        return {term for term in terms if isinstance(term, str)}

    def _with_predicate(self, predicate: Node) -> Places:
        import numpy as np

        wanted = [place for place, term in enumerate(self._columns.terms) if term == predicate]
        return np.flatnonzero(np.isin(self._columns.predicate, wanted))

    def _rows_about(self, nodes: set[Node]) -> NDArray[np.bool_]:
        import numpy as np

        wanted = [place for place, term in enumerate(self._columns.terms) if term in nodes]
        return np.isin(self._columns.subject, wanted)


class PagedLoad:
    """Loads into the main line of one graph."""

    def __init__(
        self,
        server: Server,
        writer: Writer,
        ledger: Ledger,
        graph: str,
        closing: Callable[[Work], None] | None = None,
    ) -> None:
        """``closing`` is what the last transaction does first, where a database is taken over."""
        self._server = server
        self._closing = closing
        self._writer = writer
        self._ledger = ledger
        self._graph = graph
        self._token = uuid4().hex

    def run(self, pages: Pages, expected_head: str | None, made: CommitMeta | Commit) -> Commit:
        """Write all pages, and then the commit: one of now, or one made elsewhere.

        Raises what a commit raises.
        """
        digest = pages.digest()
        key = f"{digest.hex()} {expected_head or ''}"
        first = self._begin(pages, key, expected_head)
        try:
            with columns_checked():
                if not first:
                    self._make_nodes(pages.nodes())
                for number, page in enumerate(pages):
                    if number >= first:
                        self._write(number, page)
                return self._finish(digest, pages.log(), made)
        except InvalidDeltaError:
            self._writer.take_back()
            raise

    def finish(self, pages: Pages, made: CommitMeta | Commit) -> Commit:
        """Write the commit of what an import of files has put into an empty database.

        Raises UnavailableError where the database holds something else.
        """
        digest = pages.digest()
        self._begin(pages, f"{digest.hex()} ", None, imported=True)
        if follows_neo4j(self._ledger.names.types):
            for page in pages:
                self._show_imported(page)
        return self._finish(digest, pages.log(), made)

    def _show_imported(self, page: list[Statement]) -> None:
        self._part(lambda writing: writing.recording.main_line.show_imported(page))

    def _check_imported(self, work: Work, pages: Pages) -> None:
        found = sum(
            work.value(f"MATCH ()-[r:{name}]->() RETURN count(r)")
            for name in self._ledger.names.types.values()
        )
        if found != pages.rows:
            reason = f"it holds {found:,} statements, and the files {pages.rows:,}"
            hint = "import the files into an empty database first"
            raise UnavailableError(self._server.shown, reason, hint)
        query = f"MATCH ()-[m:{MENTIONS}]->() RETURN coalesce(max(m.row), 0)"
        self._ledger.rows = int(work.value(query))

    def _begin(
        self, pages: Pages, key: str, expected_head: str | None, imported: bool = False
    ) -> int:
        """Tell others; gives the number of pages that an earlier try, or an import, wrote."""

        def job(writing: Writing) -> int:
            if self._ledger.in_place is not None and self._closing is None:
                raise BesideTakingOverError(self._server.shown)
            known = self._ledger.loading
            if known is not None and known.key != key:
                raise BesideLoadError(self._server.shown, known.idle)
            row = writing.recording.head(MAIN, expected_head)
            writing.recording.check_open(row)
            writing.recording.fix(pages.predicates(), pages.types(), pages.labels())
            done = 0 if known is None else known.pages
            if imported:
                self._check_imported(writing.work, pages)
                done = len(pages)
            asked = {"graph": self._graph, "key": key, "token": self._token, "pages": done}
            writing.work.rows(_BEGIN, seq=self._ledger.seq + 1, **asked)
            return done

        with columns_checked():
            return self._part(job)

    def _part(self, job: Callable[[Writing], T]) -> T:
        return self._writer.run(job, loads=True)

    def _make_nodes(self, nodes: list[Node]) -> None:
        for start in range(0, len(nodes), LARGE):
            batch = nodes[start : start + LARGE]
            self._part(lambda writing, some=batch: writing.recording.main_line.make_entities(some))  # type: ignore[misc]

    def _write(self, number: int, page: list[Statement]) -> None:
        def job(writing: Writing) -> None:
            load = self._own()
            if load.pages > number:
                return
            main_line = writing.recording.main_line
            if self._ledger.seq:
                main_line.check_new(page)
            main_line.open(page, load.seq, {})
            main_line.show_changes(page)
            if self._ledger.in_place is None:
                main_line.label(Delta(added=frozenset(s for s in page if s.predicate == RDF_TYPE)))
            writing.work.rows(_PAGE_DONE, graph=self._graph, pages=number + 1)

        self._part(job)

    def _own(self) -> Load:
        """The load as the server has it. Raises UnavailableError where somebody took it over."""
        load = self._ledger.loading
        if load is None or load.token != self._token:
            reason = "another process took this load over"
            raise UnavailableError(
                self._server.shown, reason, "`kgdelta log` shows what came of it"
            )
        return load

    def _finish(self, digest: bytes, log: list[bytes], made: CommitMeta | Commit) -> Commit:
        def job(writing: Writing) -> Commit:
            self._own()
            if self._closing is not None:
                self._closing(writing.work)
            recording = writing.recording
            head = self._ledger.branches[MAIN]
            parents = () if head is None else (head,)
            new = made if isinstance(made, Commit) else recording.stamped(parents, digest, made)
            recording.record_loaded(new, log)
            forget(writing.work, self._graph)
            return new

        return self._part(job)


def _ranks(texts: Sequence[bytes]) -> Places:
    """The place of each in ascending order; equal ones share theirs."""
    import numpy as np

    known = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    return np.fromiter((known[text] for text in texts), dtype=np.int64, count=len(texts))
