"""Files brought to a new state: line by line where their format allows it, else written anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NotFoundError
from graph.memory import MemorySnapshot
from graph.model import Statement
from graph.prefixes import ontology_id, ontology_node
from graph.snapshot import Version
from kgdelta.errors import UsageError
from kgdelta.files import replacing, write_file

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from graph.snapshot import Snapshot
    from ingest.obo import OboReader


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was: its bytes, and the reader of OBO that has read them."""

    path: Path
    content: bytes
    reader: OboReader | None = None
    ontology: str | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of a file: lines that are gone and that are new; None where all was written."""

    gone: int
    new: int


def bring_to(
    original: Original,
    old: AbstractSet[Statement],
    new: AbstractSet[Statement],
    target: Path,
    refresh: bool = True,
    anew: bool = True,
) -> Edited | None:
    """Write a file as it was with what is only in ``old`` removed and only in ``new`` added.

    A target of the format of the original keeps every line that need not change, and one that
    need not change at all is not touched; any other is written in canonical order, but only with
    ``anew``, and None is returned. Raises IngestError, OSError; the target is then as it was.
    """
    from ingest.compression import packed, unpacked
    from ingest.editing import edit

    plain, suffix = unpacked(original.content, str(original.path))
    form = _editable(plain, original.path, target)
    if form is None:
        if anew:
            write_file(MemorySnapshot(new, Version(name=str(target))), target)
        return None
    done = edit(
        plain,
        str(original.path),
        form,
        old,
        new,
        ontology=original.ontology,
        reader=original.reader,
        refresh=refresh,
    )
    ending = _packing(target)
    content = original.content if (done, ending) == (plain, suffix) else packed(done, ending)
    if content != original.content or target.resolve() != original.path.resolve():
        with replacing(target) as stream:
            stream.write(content)
    return _between(plain, done)


def bring_onto(target: Path, snapshot: Snapshot) -> Edited:
    """Bring a file to a state, line by line.

    Settings of the graph (its policy and the like) stay out of a file that does not have them.
    Raises NotFoundError, UsageError for a format whose lines cannot be changed one by one,
    IngestError, OSError; the file is then as it was.
    """
    from ingest.formats import read_bytes
    from ingest.obo import OboReader
    from kgdelta.importing import settings_in

    if not target.is_file():
        raise NotFoundError("file", str(target), "write a new one with --output")
    reader, content = OboReader(), target.read_bytes()
    ontology = ontology_id(ontology_node(snapshot))
    document = read_bytes(content, str(target), ontology=ontology, reader=reader)
    state = frozenset(snapshot.statements())
    new = state - (settings_in(state) - document.statements)
    original = Original(target, content, reader, ontology)
    edited = bring_to(original, document.statements, new, target, anew=False)
    if edited is None:
        raise UsageError(f"{target}: only OBO and functional syntax can be changed line by line")
    return edited


def _editable(plain: bytes, source: Path, target: Path) -> str | None:
    """The format that both files have, where its lines can be changed one by one."""
    from ingest.editing import EDITABLE
    from ingest.formats import format_named
    from ingest.sniffing import sniff

    found = sniff(plain[: 1 << 16], source.name)
    if found not in EDITABLE or format_named(target.name, str(target)).name != found:
        return None
    return found


def _packing(target: Path) -> str:
    from ingest.compression import SUFFIXES

    return next((suffix for suffix in SUFFIXES if target.name.lower().endswith(suffix)), "")


def _between(before: bytes, after: bytes) -> Edited:
    """How many lines one text has that the other has not, each as often as it is there."""
    one, other = Counter(before.splitlines()), Counter(after.splitlines())
    return Edited((one - other).total(), (other - one).total())
