"""Three-way merge of files: what the statements say decides, and the lines of one side stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.memory import MemorySnapshot
from graph.merge import three_way
from graph.model import Delta
from graph.resolution import Side
from graph.rules import Rules
from graph.snapshot import Version
from graph.vocabulary import OWL, VERSION_INFO
from ingest.errors import IngestError
from kgdelta.file_checks import fresh_problems

if TYPE_CHECKING:
    from graph.conflicts import Conflict
    from graph.model import Statement
    from graph.resolution import Decision, Resolutions
    from ingest.document import Document, Problem
    from ingest.obo import OboReader

#: Formats of which a reader keeps every line as a statement, also one that it does not understand.
KEEPS_ALL: Final = frozenset({"obo"})
#: Clauses that the header of a file has once, whatever the graph says of them.
_ONCE: Final = (
    "format-version", "data-version", "date", "saved-by", "auto-generated-by", "default-namespace",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileSide:
    """One of the three files: how it is called, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MergedFile:
    """The bytes of a merge, and what stood against it.

    ``open`` are conflicts that nobody decided, of which ``content`` has what ours says;
    ``decisions`` those that were. ``ours`` is the state that ``delta`` changes, ``problems`` is
    what is wrong with either side and was not wrong with the base.
    """

    content: bytes
    form: str
    ours: MemorySnapshot
    delta: Delta
    open: tuple[Conflict, ...]
    decisions: tuple[Decision, ...]
    problems: tuple[Problem, ...]


def merge_files(
    base: FileSide,
    ours: FileSide,
    theirs: FileSide,
    resolutions: Resolutions,
    form: str | None = None,
    target: str | None = None,
) -> MergedFile:
    """Merge two files over their common base; the result has the lines of ours where it can.

    ``form`` is the format of all three, by name or by the ending of a file name, where their
    content does not tell; ``target`` is the file that the result goes to, where its name matters. A
    base without content is a file that both sides made anew. Raises IngestError where a side
    cannot be read as a whole, or where the result would not read back as what was merged.
    """
    from ingest.obo import OboReader

    reader = OboReader()
    before, mine, yours = (_read(side, form, reader) for side in (base, ours, theirs))
    own = _form_of(ours, form) or _form_of(theirs, form) or _form_of(base, form) or ""
    _check_whole(before, yours, own)
    decisions, open_, merged = _decide(_state(before), mine, yours, resolutions)
    delta = Delta.between(mine.statements, merged)
    place = _place(ours, own, target)
    if place == _place(theirs, own, None) and base.content == ours.content and not open_:
        content = theirs.content
    elif place == _place(ours, own, None) and not delta:
        content = ours.content
    else:
        content = _written(ours, mine, merged, own, place, reader)
    problems = [p for side in (mine, yours) for p in fresh_problems(before.problems, side.problems)]
    return MergedFile(content, place.form, _state(mine), delta, open_, decisions, tuple(problems))


def statements_of(side: FileSide, form: str | None = None) -> frozenset[Statement]:
    """What a file says; one without content says nothing. Raises IngestError."""
    from ingest.obo import OboReader

    return _read(side, form, OboReader()).statements


def _decide(
    base: MemorySnapshot, ours: Document, theirs: Document, resolutions: Resolutions
) -> tuple[tuple[Decision, ...], tuple[Conflict, ...], frozenset[Statement]]:
    """What was decided, what is open, and the merged statements, ours where it is open."""
    before = base.all
    decide = resolutions.decider()
    merged = three_way(
        base,
        Delta.between(before, ours.statements),
        Delta.between(before, theirs.statements),
        _rules(base, _state(ours), _state(theirs)),
        lambda conflict: decide(conflict) or Side.OURS,
    )
    decided = tuple(d for d in merged.decisions if decide(d.conflict) is not None)
    unused = resolutions.unused(merged.decisions)
    if unused:
        from graph.errors import NotFoundError

        raise NotFoundError("conflict", unused[0], "no conflict of this merge has that id")
    left = tuple(d.conflict for d in merged.decisions if decide(d.conflict) is None)
    return decided, left, (before - merged.delta.removed) | merged.delta.added


def _rules(*states: MemorySnapshot) -> Rules:
    from ingest.tags import HEADER_TEXTS

    rules = Rules.of(states[0])
    for state in states[1:]:
        rules = rules.with_those_of(state)
    once = {HEADER_TEXTS[tag] for tag in _ONCE} | {VERSION_INFO, OWL + "versionIRI"}
    return Rules(rules.single_valued | once, rules.hierarchies)


def _state(document: Document) -> MemorySnapshot:
    return MemorySnapshot(document.statements, Version(name=document.source))


def _read(side: FileSide, form: str | None, reader: OboReader) -> Document:
    from ingest.document import Document
    from ingest.formats import read_bytes

    if not side.content.strip():
        return Document(side.name, frozenset())
    return read_bytes(side.content, side.name, _form_of(side, form), reader=reader)


def _form_of(side: FileSide, form: str | None) -> str | None:
    """The format of a side: what its content tells, else what a caller said."""
    from ingest.compression import unpacked
    from ingest.formats import FORMATS, format_named
    from ingest.sniffing import sniff

    if form in FORMATS:
        return form
    if not side.content.strip():
        return None
    plain, _ = unpacked(side.content, side.name)
    found = sniff(plain[: 1 << 16], form or side.name)
    return found or (format_named(form, side.name).name if form else None)


def _check_whole(before: Document, theirs: Document, form: str) -> None:
    """What theirs says and cannot be read would be lost. Raises IngestError."""
    if form in KEEPS_ALL:
        return
    for problem in fresh_problems(before.problems, theirs.problems):
        raise IngestError(problem.source, problem.line, f"{problem.reason}; not merged")


@dataclass(frozen=True, slots=True)
class _Place:
    """How bytes are written: the format, and the ending that means how they are packed."""

    form: str
    packing: str


def _place(side: FileSide, own: str, target: str | None) -> _Place:
    """That of a side, or what the name of a target tells."""
    from ingest.compression import SUFFIXES, unpacked
    from ingest.formats import format_named

    if target is None:
        return _Place(own, unpacked(side.content, side.name)[1])
    packing = next((s for s in SUFFIXES if target.lower().endswith(s)), "")
    try:
        return _Place(format_named(target, target).name, packing)
    except IngestError:
        return _Place(own, packing)


def _written(
    ours: FileSide,
    document: Document,
    merged: frozenset[Statement],
    own: str,
    place: _Place,
    reader: OboReader,
) -> bytes:
    """The merged statements as bytes, read back before they are handed out. Raises IngestError."""
    from ingest.compression import packed, unpacked
    from ingest.editing import EDITABLE, edit

    plain, _ = unpacked(ours.content, ours.name)
    if place.form == own and own in EDITABLE and plain.strip():
        edited = edit(plain, ours.name, own, document.statements, merged, reader=reader)
        if _reads_as(edited, own, merged):
            return packed(edited, place.packing)
    written = _canonical(merged, place.form)
    if not _reads_as(written, place.form, merged):
        reason = "the merged state is not what it would read as in this format; nothing was written"
        raise IngestError(ours.name, 0, reason)
    return packed(written, place.packing)


def _canonical(statements: frozenset[Statement], form: str) -> bytes:
    from io import BytesIO

    from ingest.formats import write

    stream = BytesIO()
    write(MemorySnapshot(statements, Version(name="merged")), stream, form)
    return stream.getvalue()


def _reads_as(content: bytes, form: str, statements: frozenset[Statement]) -> bool:
    from ingest.formats import read_bytes

    return read_bytes(content, "merged", form).statements == statements
