"""Link-prediction sets of several files: a folder, or an archive of OpenKE's files.

Which of train, valid and test has a triple is a qualifier of it, so that a triple that two of
them have is two statements, and moving one between them is a change that shows.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from graph.model import Literal, Qualifier, Statement, in_order
from graph.vocabulary import KGDELTA
from ingest.compression import decompressed
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.quads import all_quads
from ingest.reporting import Report, collect
from ingest.sniffing import sniff
from ingest.tokens import ENTITIES, RELATIONS, IdTables, any_line, read_table
from ingest.triple_sets import plain_line, stream_triples

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

#: Which part of a set has a triple, as a qualifier: ``train``, ``valid`` or ``test``.
SPLIT: Final = KGDELTA + "split"
SPLITS: Final = ("train", "valid", "test")
_OTHERS: Final = "statements.tsv"
_NAMES: Final = {"dev": "valid", "validation": "valid"} | {name: name for name in SPLITS}


def split_of(name: str) -> str | None:
    """The split that a file name means: its stem is ``train``, ``valid2id``, ``test`` or so."""
    return _NAMES.get(Path(name).name.partition(".")[0].removesuffix("2id"))


@dataclass(frozen=True, slots=True)
class SetFile:
    """A file of a set: its name, what it is called in reports, and its content."""

    name: str
    source: str
    content: IO[bytes]


def is_part(name: str) -> bool:
    """Whether a file of this name belongs to a set: a split, a table of ids, or our remainder."""
    return split_of(name) is not None or Path(name).name in (ENTITIES, RELATIONS, _OTHERS)


def read_link_folder(folder: Path, options: ReadOptions) -> Document:
    """The set in a folder, each triple or event with its split.

    Raises IngestError where there is none, OSError.
    """
    report = Report(str(folder), options.strict)
    return collect(_statements(_in_folder(folder), options, report), report)


def read_link_archive(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The set in a tar archive, which has its id tables, if any, before what needs them.

    Raises IngestError.
    """
    report = Report(source, options.strict)
    try:
        return collect(_statements(_in_archive(stream, source), options, report), report)
    except tarfile.TarError as error:
        raise IngestError(source, 0, f"the archive is damaged: {error}") from None


def read_link_files(files: Iterable[SetFile], source: str, options: ReadOptions) -> Document:
    """The set in files, the tables of ids before the splits. Raises IngestError."""
    report = Report(source, options.strict)
    return collect(_statements(files, options, report), report)


def _in_folder(folder: Path) -> Iterator[SetFile]:
    paths = (path for path in folder.iterdir() if path.is_file() and is_part(path.name))
    for path in sorted(paths, key=lambda path: (path.name not in (ENTITIES, RELATIONS), path)):
        with path.open("rb") as stream:
            yield SetFile(path.name, str(path), stream)


def _in_archive(stream: IO[bytes], source: str) -> Iterator[SetFile]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None:
                yield SetFile(member.name, f"{source}:{member.name}", content)


def _statements(
    files: Iterable[SetFile], options: ReadOptions, report: Report
) -> Iterator[Statement]:
    tables: dict[str, dict[str, str]] = {}
    found = False
    for file in files:
        name, part = Path(file.name).name, Report(file.source, options.strict)
        if name in (ENTITIES, RELATIONS):
            tables[name] = read_table(file.content, part)
        elif not is_part(name):
            part.add(0, "neither a split nor a table of ids; left out")
        else:
            found = True
            known = IdTables(tables[ENTITIES], tables[RELATIONS]) if len(tables) == 2 else None
            yield from _in_split(file, options, part, known)
        report.include(part)
    if not found:
        raise IngestError(report.source, 0, "no train, valid or test file here")


def _in_split(
    file: SetFile, options: ReadOptions, report: Report, known: IdTables | None
) -> Iterator[Statement]:
    """The triples or events of a file, compressed or not, with the split of its name."""
    split = split_of(file.name)
    plain, compression = decompressed(file.content, file.source)
    if split is None:
        yield from stream_triples(plain, file.source, options, report, alone=True)
    elif sniff(plain.peek(1), file.name) == "quads":
        yield from _split(all_quads(plain, file.source, options, report, known, alone=True), split)
    else:
        lines = stream_triples(plain, file.source, options, report, known, alone=True)
        yield from _split(lines, split)
    if compression is not None and compression.damage:
        report.add(0, f"{compression.damage}; what stands before that was read")


def _split(statements: Iterable[Statement], split: str) -> Iterator[Statement]:
    own = Qualifier(SPLIT, Literal(split))
    for statement in statements:
        yield statement.with_qualifiers((*statement.qualifiers, own))


def write_link_archive(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as a tar archive of OpenKE's files; what they cannot say in ``statements.tsv``.

    Numbers are given in the order of the tokens; equal states give equal bytes.
    """
    triples: dict[str, list[tuple[str, str, str]]] = {split: [] for split in SPLITS}
    others: list[str] = []
    for statement in in_order(snapshot.statements()):
        split, ends = _ends(statement)
        if ends is None:
            others.append(plain_line(statement) or any_line(statement))
        else:
            triples[split].append(ends)
    rows = [row for found in triples.values() for row in found]
    entities = _numbered({end for row in rows for end in (row[0], row[2])})
    relations = _numbered({row[1] for row in rows})
    files = {ENTITIES: _table(entities), RELATIONS: _table(relations)}
    for split, found in triples.items():
        lines = (f"{entities[h]} {entities[t]} {relations[r]}\n" for h, r, t in found)
        files[f"{split}2id.txt"] = f"{len(found)}\n{''.join(lines)}"
    if others:
        files[_OTHERS] = "".join(others)
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in files.items():
            content = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def _ends(statement: Statement) -> tuple[str, tuple[str, str, str] | None]:
    """The split of a statement and its tokens; no tokens where a split file cannot say it."""
    for split in SPLITS:
        if statement.qualifiers == (Qualifier(SPLIT, Literal(split)),):
            plain = plain_line(statement.with_qualifiers(()))
            if plain is not None:
                head, relation, tail = plain[:-1].split("\t")
                return split, (head, relation, tail)
    return "", None


def _numbered(tokens: set[str]) -> dict[str, int]:
    return {token: number for number, token in enumerate(sorted(tokens))}


def _table(numbers: dict[str, int]) -> str:
    lines = (f"{token}\t{number}\n" for token, number in numbers.items())
    return f"{len(numbers)}\n{''.join(lines)}"
