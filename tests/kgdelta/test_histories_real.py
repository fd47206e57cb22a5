"""Full histories of real ontologies, and a year of real events, version by version."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.model import Statement
from graph.store import Store, open_store
from ingest.formats import read_bytes, write
from ingest.history import History, HistoryOptions
from ingest.history_archive import ArchiveHistory
from ingest.history_folder import FolderHistory
from ingest.windows import WindowHistory
from kgdelta.git_export import export_to_git
from kgdelta.histories import Telling, history_of, import_history
from kgdelta.importing import Imported

ARCHIVES = {"uo": (68, "uo"), "eco": (118, "eco"), "psi-ms-releases-to-2012": (135, "ms")}


def fresh(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "kg.db"), create=True)


def imported(store: Store, history: History, ontology: str | None) -> list[Imported]:
    return list(import_history(store, history, "main", Telling(ontology=ontology)))


def versions(
    store: Store, history: History, done: list[Imported], ontology: str | None
) -> Iterator[tuple[Imported, frozenset[Statement]]]:
    """Each version with what its source says; the state that the store has for it is the same."""
    head = ""
    opened = history.opened(history.listing().editions)
    for one, edition in zip(done, opened, strict=True):
        assert one.source == edition.edition.source
        head = one.commit.id if one.commit else head
        state = edition.read(ontology).statements
        assert state == frozenset(store.snapshot(head).statements()), one.source
        yield one, state


def archive(shared: Path, name: str) -> ArchiveHistory:
    return ArchiveHistory(shared / "full-history" / f"{name}.tar.xz")


def test_every_version_of_uo(shared: Path, tmp_path: Path) -> None:
    store, history = fresh(tmp_path), archive(shared, "uo")
    done = imported(store, history, "uo")
    found = list(versions(store, history, done, "uo"))
    assert len(found) == 68
    before: frozenset[Statement] = frozenset()
    for one, state in found:
        assert (one.added, one.removed) == (len(state - before), len(before - state))
        before = state
    assert imported(store, archive(shared, "uo"), "uo") == []


@pytest.mark.long
@pytest.mark.parametrize("name", ARCHIVES)
def test_every_version_exported_is_its_source(shared: Path, tmp_path: Path, name: str) -> None:
    count, ontology = ARCHIVES[name]
    store, history = fresh(tmp_path), archive(shared, name)
    done = imported(store, history, ontology)
    assert len(done) == count
    for one, state in versions(store, history, done, ontology):
        if one.commit is None:
            continue
        written = io.BytesIO()
        write(store.snapshot(one.commit.id), written, "obo")
        assert read_bytes(written.getvalue(), "x.obo", ontology=ontology).statements == state
    assert not list(store.verify())


@pytest.mark.long
def test_a_real_branch_as_git_and_back(shared: Path, tmp_path: Path) -> None:
    store = fresh(tmp_path)
    imported(store, archive(shared, "eco"), "eco")
    done = export_to_git(store, "main", tmp_path / "out")
    again = open_store(":memory:", create=True)
    imported(again, history_of(f"{tmp_path / 'out'}:{done.path}", HistoryOptions()), None)
    there, back = list(store.log()), list(again.log())
    assert [c.delta for c in there] == [c.delta for c in back]
    assert [(c.message, c.authored) for c in there] == [(c.message, c.authored) for c in back]


def test_schema_org_from_a_folder(shared: Path, tmp_path: Path) -> None:
    store, history = fresh(tmp_path), FolderHistory(shared / "schema-org")
    done = imported(store, history, None)
    assert len(list(versions(store, history, done, None))) == 8
    dates = [f"{one.commit.authored:%Y-%m}" for one in done if one.commit]
    assert dates == [
        "2016-05", "2016-08", "2017-03", "2017-08", "2018-06", "2019-04", "2019-08", "2020-04"
    ]  # fmt: skip
    # A rebuilt file is not a new graph: most of a release is that before it.
    assert all(one.added < 1500 for one in done[1:])


def events(shared: Path, name: str) -> Counter[str]:
    """Events a day, counted line by line."""
    lines = (shared / "icews14" / f"{name}.tsv").read_text().splitlines()
    return Counter(line.split("\t")[3] for line in set(lines))


def test_two_months_of_events_by_day(shared: Path, tmp_path: Path) -> None:
    counted = events(shared, "valid")
    store = fresh(tmp_path)
    history = WindowHistory([shared / "icews14" / "valid.tsv"], "day")
    done = imported(store, history, None)
    assert {f"{one.commit.authored:%Y-%m-%d}": one.added for one in done if one.commit} == counted
    assert all(one.removed == 0 for one in done)
    held = 0
    for day in ("2014-11-01", "2014-11-02"):
        held += counted[day]
        assert len(list(store.snapshot(f"main@{day}").statements())) == held


@pytest.mark.long
@pytest.mark.parametrize("keep", ["accumulate", "replace"])
def test_a_year_of_events_by_day(shared: Path, tmp_path: Path, keep: str) -> None:
    names = ("train", "valid", "test")
    files = [shared / "icews14" / f"{name}.tsv" for name in names]
    counted = sum((events(shared, name) for name in names), Counter())
    store = fresh(tmp_path)
    done = imported(store, WindowHistory(files, "day", keep), None)
    assert {f"{one.commit.authored:%Y-%m-%d}": one.added for one in done if one.commit} == counted
    assert sum(counted.values()) == 90_730
    assert len(done) == 365
    held = len(list(store.snapshot("main").statements()))
    assert held == (90_730 if keep == "accumulate" else counted["2014-12-31"])
    assert imported(store, WindowHistory(files, "day", keep), None) == []
