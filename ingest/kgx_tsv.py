"""KGX tables as tab-separated text: nodes or edges, told apart by their header."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from operator import itemgetter
from types import MappingProxyType
from typing import IO, Final

from ingest.errors import IngestError
from ingest.kgx_columns import Column, clean_header, is_extension
from ingest.kgx_rows import Parts, RowReader, in_order, joined, parts_of
from ingest.line_reading import line_blocks

#: Columns of older KGX that stand for another where it is missing.
_FORMERLY: Final = MappingProxyType({"edge_label": "predicate"})
#: Combinations of cells whose meaning is remembered from block to block, if they come again.
_REMEMBERED: Final = 1 << 17
_BEGINNING: Final = 60
_QUOTED_CELL: Final = re.compile(r'(?:^|\t)"[^\t]*"(?:\t|$)')


class TsvTable:
    """A table whose header was read."""

    def __init__(self, header: str, line: int, reader: RowReader) -> None:
        self._reader = reader
        self._report = reader.report
        self._quoted = header.lstrip("#").startswith('"')
        names = self._names(header, line)
        self.width = len(names)
        self.is_edges = {"subject", "predicate", "object"} <= set(names)
        if not self.is_edges and "id" not in names:
            reason = "no header of KGX: 'id', or 'subject', 'predicate' and 'object', is missing"
            raise IngestError(self._report.source, line, reason)
        ours = [place for place, name in enumerate(names) if is_extension(name)]
        types = reader.declare(self._declared(names[ours[0]], line), line) if ours else {}
        self._ours = ours[0] if ours else None
        structure = ("subject", "predicate", "object") if self.is_edges else ("id",)
        self._structure = tuple(names.index(name) for name in structure)
        self._id = names.index("id") if "id" in names else None
        used = {*self._structure, self._id, self._ours}
        self._columns: list[tuple[int, Column]] = in_order(
            (place, reader.column(name, types.get(name, "")))
            for place, name in enumerate(names)
            if place not in used
        )
        self._kept_id = self._id if reader.keeps_ids else None
        predicates = [column.predicate for _, column in self._columns]
        self._apart = len(set(predicates)) == len(predicates) and self._kept_id is None
        self._groups: dict[object, bytes] = {}

    def _names(self, header: str, line: int) -> list[str]:
        names = []
        for place, text in enumerate(header.split("\t")):
            name = clean_header(text.removeprefix("#") if place == 0 else text)
            if name != text:
                self._report.add(line, f"the heading {text!r} is read as {name!r}")
            if not name:
                name = f"column-{place + 1}"
                self._report.add(line, f"column {place + 1} has no name; read as {name!r}")
            names.append(name)
        for old, new in _FORMERLY.items():
            if new not in names and old in names:
                names[names.index(old)] = new
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._report.add(line, f"the column {name!r} is there {names.count(name)} times")
        return names

    def _declared(self, name: str, line: int) -> dict[str, object]:
        text = name[len("kgdelta") :]
        try:
            declared = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            declared = None
        if not isinstance(declared, dict):
            reason = "the header of the column kgdelta is damaged"
            raise IngestError(self._report.source, line, reason)
        return declared

    def unquote(self, lines: list[str], first: int) -> None:
        """Take off the quotes of a CSV writer, in place; KGX itself knows none.

        A cell has them where the header has, or where every quote inside it is doubled.
        """
        for place, line in enumerate(lines):
            if '"' in line and _QUOTED_CELL.search(line):
                cells = line.split("\t")
                bare = [self._unquoted(cell) for cell in cells]
                if bare != cells:
                    lines[place] = "\t".join(bare)
                    self._report.add(first + place, "cells in quotes; read without them")

    def _unquoted(self, cell: str) -> str:
        if len(cell) < 2 or cell[0] != '"' or cell[-1] != '"':
            return cell
        inside = cell[1:-1]
        single = '"' in inside.replace('""', "")
        return cell if single or not ('""' in inside or self._quoted) else inside.replace('""', '"')

    def rows(self, lines: list[str], first: int) -> Iterator[Parts]:
        """The statements of lines, the first of which has this number."""
        if self.is_edges:
            return self._edges(lines, first)
        return self._nodes(lines, first)

    def _cells(self, line: str, number: int) -> list[str] | None:
        """The cells of a line that has not as many as the header; None for an empty line."""
        if not line or line.isspace():
            return None
        cells = line.split("\t")
        extra = [cell for cell in cells[self.width :] if cell]
        if extra:
            kept = (
                f"{len(cells)} cells instead of {self.width}; left out: {extra[0][:_BEGINNING]!r}"
            )
            self._report.add(number, kept)
        elif len(cells) < self.width:
            self._report.add(number, f"{len(cells)} cells instead of {self.width}")
        return (cells + [""] * self.width)[: self.width]

    def _edges(self, lines: list[str], first: int) -> Iterator[Parts]:
        width, groups, node = self.width, self._groups, self._reader.node
        take = itemgetter(*self._structure)
        # itemgetter of one place gives no tuple, which is as good a key.
        keyed = [place for place, _ in self._columns]
        if self._kept_id is not None:
            keyed.append(self._kept_id)
        key_of = itemgetter(*keyed) if keyed else _nothing
        known = len(groups)
        for number, line in enumerate(lines, first):
            cells = line.split("\t")
            if len(cells) != width:
                mended = self._cells(line, number)
                if mended is None:
                    continue
                cells = mended
            if self._ours is not None and cells[self._ours]:
                yield from map(parts_of, self._reader.extension(cells[self._ours], number))
                continue
            subject, predicate, target = take(cells)
            if not (subject and predicate and target):
                self._report.add(number, "an edge without subject, predicate or object; left out")
                continue
            key = key_of(cells)
            group = groups.get(key)
            if group is None:
                group = groups[key] = self._group(cells)
            yield node(subject), node(predicate), node(target), group
        if 2 * (len(groups) - known) > len(lines) or len(groups) > _REMEMBERED:
            groups.clear()

    def _group(self, cells: list[str]) -> bytes:
        """The qualifiers of an edge, encoded."""
        found: list[bytes] = []
        for place, column in self._columns:
            cell = cells[place]
            if cell:
                found += column.known.get(cell) or self._reader.of_cell(column, cell)
        if self._kept_id is not None:
            found += self._reader.of_id(cells[self._kept_id])
        # Predicates come first in the canonical order, in which the columns are.
        return joined(found if self._apart else sorted(set(found)))

    def _nodes(self, lines: list[str], first: int) -> Iterator[Parts]:
        (at,) = self._structure
        reader = self._reader
        for number, line in enumerate(lines, first):
            cells: list[str] | None = line.split("\t")
            if cells is None or len(cells) != self.width:
                cells = self._cells(line, number)
                if cells is None:
                    continue
            text = cells[at]
            if not text:
                self._report.add(number, "a node without an id; left out")
                continue
            said = []
            if self._ours is not None and cells[self._ours]:
                said = reader.extension(cells[self._ours], number)
            values = [
                (column, value)
                for place, column in self._columns
                if cells[place]
                for value in reader.values(column, cells[place])
            ]
            yield from reader.about(reader.node(text), values, said, number)


def _nothing(cells: list[str]) -> None:
    del cells


def tsv_parts(stream: IO[bytes], reader: RowReader) -> Iterator[Parts]:
    """The statements of a table, block by block. Raises IngestError where it has no header."""
    table: TsvTable | None = None
    for start, block in line_blocks(stream, reader.report):
        first, lines = start, block
        if table is None:
            blank = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
            if blank == len(lines):
                continue
            table = TsvTable(lines[blank], first + blank, reader)
            first, lines = first + blank + 1, lines[blank + 1 :]
        if not reader.ours:
            table.unquote(lines, first)
        yield from table.rows(lines, first)
    if table is None:
        raise IngestError(reader.report.source, 0, "empty; a header is expected")
