"""Folders of train, valid and test files as the editions of a history."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from graph.model import Statement
from graph.store import open_store
from ingest.errors import IngestError
from ingest.history import Accumulated, History, HistoryOptions
from ingest.history_archive import ArchiveHistory
from ingest.history_folder import FolderHistory
from ingest.history_sets import SetHistory, has_sets
from kgdelta.histories import history_of, import_history

FILES = {
    "s/0/train.tsv": "a\tr\tb\nb\tr\tc\n",
    "s/0/test.tsv": "a\tr\tc\n",
    "s/10/train.tsv": "a\tr\tb\n",
    "s/2/train.tsv": "a\tr\tb\nd\tr\tc\n",
    "s/2/valid.tsv": "d\tr\ta\n",
}
NUMBERED = {
    "entity2id.txt": "2\nAnna\t0\nBen\t1\n",
    "relation2id.txt": "1\nknows\t0\n",
    "2001-02-03/train2id.txt": "1\n0 1 0\n",
    "2002-02-03/train2id.txt": "1\n1 0 0\n",
}


def folder(tmp_path: Path, files: Mapping[str, str]) -> FolderHistory:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return FolderHistory(tmp_path)


def archive(tmp_path: Path, files: Mapping[str, str]) -> ArchiveHistory:
    target = tmp_path / "sets.tar"
    with tarfile.open(target, "w") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return ArchiveHistory(target)


def states(history: History) -> list[tuple[str, set[tuple[str, str, str, str]]]]:
    listing = history.listing()
    assert not listing.problems
    found = []
    for opened in history.opened(listing.editions):
        document = opened.read(None)
        assert not document.problems
        name = opened.edition.source.replace(":", "/").rpartition("/")[2]
        found.append((name, {_told(s) for s in document.statements}))
    return found


def _told(statement: Statement) -> tuple[str, str, str, str]:
    (split,) = (getattr(q.value, "value", "") for q in statement.qualifiers)
    ends = (statement.subject, statement.predicate, str(statement.object))
    head, relation, tail = (end.removeprefix("urn:token:") for end in ends)
    return head, relation, tail, split


EXPECTED = [
    ("0", {("a", "r", "b", "train"), ("b", "r", "c", "train"), ("a", "r", "c", "test")}),
    ("2", {("a", "r", "b", "train"), ("d", "r", "c", "train"), ("d", "r", "a", "valid")}),
    ("10", {("a", "r", "b", "train")}),
]


def test_folders_are_editions_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    assert states(SetHistory(folder(tmp_path, FILES), HistoryOptions())) == EXPECTED


@pytest.mark.parametrize("turned", [False, True])
def test_an_archive_gives_them_whatever_its_order(tmp_path: Path, turned: bool) -> None:
    paths = sorted(FILES, reverse=turned)
    made = archive(tmp_path, {path: FILES[path] for path in paths})
    assert states(SetHistory(made, HistoryOptions())) == EXPECTED


def test_tables_at_the_top_serve_all_and_folders_have_dates(tmp_path: Path) -> None:
    history = SetHistory(folder(tmp_path, NUMBERED), HistoryOptions())
    dates = [edition.date for edition in history.listing().editions]
    assert [f"{date:%Y-%m-%d}" for date in dates if date] == ["2001-02-03", "2002-02-03"]
    assert states(history) == [
        ("2001-02-03", {("Anna", "knows", "Ben", "train")}),
        ("2002-02-03", {("Ben", "knows", "Anna", "train")}),
    ]


def test_a_changed_table_changes_the_sets_that_it_serves(tmp_path: Path) -> None:
    before = SetHistory(folder(tmp_path, NUMBERED), HistoryOptions()).listing().editions
    changed = {**NUMBERED, "entity2id.txt": "2\nAnn\t0\nBen\t1\n"}
    after = SetHistory(folder(tmp_path, changed), HistoryOptions()).listing().editions
    assert not {e.identity for e in before} & {e.identity for e in after}


def test_what_is_of_no_set_is_reported(tmp_path: Path) -> None:
    made = folder(tmp_path, {**FILES, "s/0/notes.md": "x"})
    (problem,) = SetHistory(made, HistoryOptions()).listing().problems
    assert problem.source.endswith("notes.md")
    assert problem.reason == "not of a set; not read"


def test_a_packed_split_is_read(tmp_path: Path) -> None:
    made = folder(tmp_path, FILES)
    path = tmp_path / "s/0/test.tsv"
    path.with_name("test.tsv.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert states(SetHistory(made, HistoryOptions())) == EXPECTED


KINDS = [
    (FILES, True),
    (NUMBERED, True),
    ({"train.tsv": "a\tr\tb\n"}, False),
    ({"2001.obo": "format-version: 1.4\n"}, False),
    ({"a/2001.obo": "format-version: 1.4\n", "a/train.tsv": "a\tr\tb\n"}, False),
    ({"entity2id.txt": "0\n"}, False),
]


@pytest.mark.parametrize(("files", "expected"), KINDS, ids=str)
def test_which_files_make_a_history_of_sets(
    tmp_path: Path, files: Mapping[str, str], expected: bool
) -> None:
    made: FolderHistory | ArchiveHistory = folder(tmp_path / "f", files)
    assert has_sets(made) is expected
    assert has_sets(archive(tmp_path, files)) is expected


def test_an_archive_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    history = SetHistory(archive(tmp_path, FILES), HistoryOptions())
    editions = history.listing().editions
    archive(tmp_path, {path: text for path, text in FILES.items() if path != "s/2/valid.tsv"})
    with pytest.raises(IngestError, match="changed while it was read"):
        list(history.opened(editions))


@pytest.mark.parametrize(
    ("accumulate", "sizes"), [(False, [(3, 0), (2, 2), (0, 2)]), (True, [(3, 0), (2, 0)])]
)
def test_sets_become_commits_that_replace_or_add(
    tmp_path: Path, accumulate: bool, sizes: list[tuple[int, int]]
) -> None:
    folder(tmp_path / "sets", FILES)
    store = open_store(str(tmp_path / "kg.db"), create=True)
    for expected in (sizes, []):
        history = history_of(str(tmp_path / "sets"), HistoryOptions(), accumulate=accumulate)
        done = list(import_history(store, history, "main"))
        assert [(one.added, one.removed) for one in done if one.commit] == expected


def check_union(shared: Path, name: str) -> None:
    history = history_of(str(shared / "ckge" / f"{name}.tar.xz"), HistoryOptions())
    assert isinstance(history, SetHistory)
    history_of_additions = Accumulated(history)
    editions = history_of_additions.listing().editions
    found: set[tuple[str, str, str]] = set()
    for opened in history_of_additions.opened(editions):
        found |= {(s.subject, s.predicate, str(s.object)) for s in opened.read(None).statements}
    assert len(editions) == 5
    # Each set is FB15k-237 in five steps, whose 310,116 triples its paper gives.
    assert len(found) == 310_116


@pytest.mark.long
@pytest.mark.parametrize("name", ["ENTITY", "FACT", "FB_CKGE", "HYBRID", "RELATION"])
def test_five_snapshots_come_to_the_whole(shared: Path, name: str) -> None:
    check_union(shared, name)
