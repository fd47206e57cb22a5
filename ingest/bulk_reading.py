"""Sources of any size as columns: tables row by row, and all other formats as documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

from graph.snapshot import Columns
from graph.vocabulary import ONTOLOGY, RDF_TYPE
from ingest.bulk import Interning, parts_of_all, parts_reader
from ingest.document import Document, Problem, ReadOptions
from ingest.formats import opened, read_opened
from ingest.reporting import Report

if TYPE_CHECKING:
    from ingest.kgx_rows import Parts
    from ingest.obo import OboReader


@dataclass(frozen=True, slots=True)
class Table:
    """Sources that were read as columns, each row once, and what is wrong with them."""

    source: str
    columns: Columns
    problems: tuple[Problem, ...] = ()

    def header(self) -> Document:
        """What is said on ontology nodes, as a document."""
        import numpy as np

        c = self.columns
        places = {term: at for at, term in enumerate(c.terms) if term in (ONTOLOGY, RDF_TYPE)}
        if len(places) < 2:
            return Document(self.source, frozenset())
        typed = (c.predicate == places[RDF_TYPE]) & (c.object == places[ONTOLOGY])
        rows = np.flatnonzero(np.isin(c.subject, c.subject[typed]))
        return Document(self.source, frozenset(c.at(rows).statements()))


class Reading:
    """Reads sources one after the other: the only one as what it is, several as one table."""

    def __init__(self, options: ReadOptions, form: str | None, reader: OboReader | None) -> None:
        self._options = options
        self._form = form
        self._reader = reader
        self._rows = Interning()
        self._problems: list[Problem] = []

    def read(self, stream: IO[bytes], source: str) -> Document | Table:
        """A source alone; what has no rows is a document. Raises IngestError."""
        document = self._read(stream, source)
        return document or Table(source, self._rows.columns(once=True), tuple(self._problems))

    def add(self, stream: IO[bytes], source: str) -> None:
        """Take in one source of several. Raises IngestError."""
        document = self._read(stream, source)
        if document is not None:
            self._rows.add(parts_of_all(document.statements))
            self._problems += document.problems

    def table(self, source: str) -> Table:
        """What the sources that were added say together."""
        return Table(source, self._rows.columns(once=True), tuple(self._problems))

    def _read(self, stream: IO[bytes], source: str) -> Document | None:
        """The document of a source without rows; None where its rows were taken in."""
        report = Report(source, self._options.strict)
        with opened(stream, source, self._form, self._options) as found:
            parts = parts_reader(found.form.name)
            if parts is None:
                document = read_opened(found, source, self._options, self._reader)
            else:
                document = None
                self._add(parts(found.stream, self._options, report), report)
        if document is None:
            self._problems += (*found.problems, *report.problems)
            return None
        return replace(document, problems=(*found.problems, *document.problems))

    def _add(self, rows: Iterable[Parts], report: Report) -> None:
        start = len(self._rows)
        self._rows.add(rows)
        again = len(self._rows) - start - self._rows.distinct(start)
        if again:
            report.add(0, f"{again:,} statements are said again")
