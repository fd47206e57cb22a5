"""Files to import: each alone, but the nodes and the edges of one KGX dump together."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from ingest.bulk_reading import Reading, Table
from ingest.document import Document, ReadOptions
from ingest.formats import read
from ingest.obo import OboReader
from kgdelta.importing import without_collection
from kgdelta.progress import Counted

if TYPE_CHECKING:
    from kgdelta.progress import Watch

#: The files of one state.
Dump: TypeAlias = tuple[Path, ...]

#: How KGX names the two tables of a dump.
_HALF: Final = re.compile(r"(.*)[_.-](nodes|edges)(\.(?:tsv|jsonl|parquet)(?:\.[a-z0-9]+)?)")


def dumps_in(paths: Sequence[Path]) -> list[Dump]:
    """Paths as dumps: ``x_nodes.tsv`` and ``x_edges.tsv``, one behind the other, are one."""
    found: list[Dump] = []
    for path in paths:
        last = found[-1] if found else ()
        if len(last) == 1 and _are_halves(last[0], path):
            found[-1] = (*last, path)
        else:
            found.append((path,))
    return found


def _are_halves(one: Path, other: Path) -> bool:
    first, second = _HALF.fullmatch(one.name), _HALF.fullmatch(other.name)
    if first is None or second is None or one.parent != other.parent:
        return False
    return first[2] != second[2] and first.group(1, 3) == second.group(1, 3)


class DumpReader:
    """Reads dumps; what releases of OBO share is read once."""

    def __init__(self, options: ReadOptions, form: str | None, watch: Watch) -> None:
        self._options = options
        self._form = form
        self._watch = watch
        self._shared = OboReader()

    def read(self, dump: Dump) -> Document | Table:
        """What the files of a dump say. Raises IngestError, OSError."""
        with without_collection():
            if len(dump) == 1:
                return self._alone(dump[0])
            reading = self._reading()
            for file in dump:
                with file.open("rb") as stream:
                    reading.add(self._counted(stream), str(file))
            return reading.table(" and ".join(map(str, dump)))

    def _alone(self, file: Path) -> Document | Table:
        if str(file) == "-":
            return self._reading().read(sys.stdin.buffer, "standard input")
        if file.is_dir():
            o = self._options
            return read(file, self._form, o.ontology, o.strict, prefixes=o.prefixes)
        with file.open("rb") as stream:
            return self._reading().read(self._counted(stream), str(file))

    def _reading(self) -> Reading:
        return Reading(self._options, self._form, self._shared)

    def _counted(self, stream: io.BufferedReader) -> io.BufferedReader:
        return io.BufferedReader(Counted(stream, self._watch.read))
