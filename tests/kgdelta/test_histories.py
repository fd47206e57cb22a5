"""Histories into a store: what is new, what is remembered, what an interrupt leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.commit import CommitMeta
from graph.model import Delta, Literal, Statement
from graph.store import Store, open_store
from graph.vocabulary import LABEL, OBSOLETION_POLICY
from ingest.document import Document, Problem
from ingest.errors import IngestError
from ingest.history import Edition, Listing, Opened
from ingest.history_folder import FolderHistory
from kgdelta.histories import Telling, import_history, remembered
from kgdelta.importing import Imported
from tests.ingest.git_work import obo

START = datetime(2020, 1, 1, tzinfo=UTC)
State = frozenset[Statement]


def said(*names: str) -> State:
    return frozenset(Statement(f"http://x.org/{name}", LABEL, Literal(name)) for name in names)


class Made:
    """A history of states; None is one that does not parse, a text says why there is none."""

    def __init__(
        self,
        states: Sequence[State | str | None],
        names: Sequence[str] | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.states = states
        self.names = names or [str(number) for number in range(len(states))]
        self.problems = problems
        self.read: list[str] = []

    def listing(self) -> Listing:
        return Listing(
            tuple(
                Edition(
                    name,
                    f"id {name}",
                    START + timedelta(days=number),
                    note=state if isinstance(state, str) else "",
                )
                for number, (name, state) in enumerate(zip(self.names, self.states, strict=True))
            ),
            self.problems,
        )

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        states = dict(zip(self.names, self.states, strict=True))
        for edition in wanted:
            yield Opened(edition, lambda _, e=edition: self.document(e, states[e.source]))

    def document(self, edition: Edition, state: State | str | None) -> Document:
        self.read.append(edition.source)
        if not isinstance(state, frozenset):
            raise IngestError(edition.source, 3, "broken")
        return Document(edition.source, state)


def fresh() -> Store:
    return open_store(":memory:", create=True)


def run(store: Store, history: Made, **telling: object) -> list[Imported]:
    return list(import_history(store, history, "main", Telling(**telling)))


def states(store: Store) -> list[State]:
    line = reversed(list(store.log()))
    return [frozenset(store.snapshot(commit.id).statements()) for commit in line]


def test_each_edition_that_changes_something_is_a_commit() -> None:
    store = fresh()
    history = Made([said("a"), said("a", "b"), said("a", "b"), said("b")])
    done = run(store, history, author="Ada")
    assert [(d.source, d.commit is not None, d.added, d.removed) for d in done] == [
        ("0", True, 1, 0),
        ("1", True, 1, 0),
        ("2", False, 0, 0),
        ("3", True, 0, 1),
    ]
    assert states(store) == [said("a"), said("a", "b"), said("b")]
    commit = store.show("main")
    assert (commit.author, commit.message, commit.authored) == (
        "Ada",
        "import 3",
        START + timedelta(days=3),
    )
    assert commit.provenance == (("passed", "id 2"), ("source", "3"), ("version", "id 3"))


def test_only_what_is_new_is_read() -> None:
    store = fresh()
    run(store, Made([said("a"), said("b")]))
    again = Made([said("a"), said("b")])
    assert run(store, again) == []
    assert again.read == []
    more = Made([said("a"), said("b"), said("b", "c")])
    assert [d.source for d in run(store, more)] == ["2"]
    assert more.read == ["2"]
    assert states(store) == [said("a"), said("b"), said("b", "c")]


def test_what_does_not_parse_is_recorded_and_the_rest_goes_on() -> None:
    store = fresh()
    done = run(store, Made([said("a"), None, said("b")]))
    assert done[1].problems == (Problem("1", 3, "broken"),)
    assert done[1].commit is None
    assert store.show("main").provenance == (
        ("passed", "id 1"),
        ("source", "2"),
        ("unread", "1, line 3: broken"),
        ("version", "id 2"),
    )
    assert set(remembered(store, "main")) == {"id 0", "id 1", "id 2"}
    # Strict or not, what is remembered is not read again.
    assert run(store, Made([said("a"), None, said("b")]), strict=True) == []


def test_strict_stops_there_and_keeps_what_was_before() -> None:
    store = fresh()
    with pytest.raises(IngestError, match="1, line 3: broken"):
        run(store, Made([said("a"), None, said("b")]), strict=True)
    assert states(store) == [said("a")]
    run(store, Made([said("a"), None, said("b")]))
    assert states(store) == [said("a"), said("b")]


def test_broken_editions_at_the_end_are_told_again_and_harm_nothing() -> None:
    store = fresh()
    history = Made([said("a"), None])
    first, again = run(store, history), run(store, history)
    assert [d.problems for d in first[1:]] == [d.problems for d in again]
    assert states(store) == [said("a")]


def test_an_edition_without_content_keeps_the_state() -> None:
    store = fresh()
    done = run(store, Made([said("a"), "gone", said("a", "b")]))
    assert [p.reason for p in done[1].problems] == ["gone"]
    assert states(store) == [said("a"), said("a", "b")]


def test_an_edition_that_says_the_same_does_not_undo_what_was_edited_since() -> None:
    """A run without news leaves the work on the branch alone, whatever the run before saw last."""
    store = fresh()
    history = Made([said("a"), said("a"), None])
    run(store, history)
    store.commit("main", Delta(added=said("mine")), store.show("main").id, CommitMeta("edit"))
    assert all(done.commit is None for done in run(store, history))
    assert states(store)[-1] == said("a", "mine")
    run(store, Made([said("a"), said("a"), None, said("b")]))
    assert states(store)[-1] == said("b")


def test_settings_stay() -> None:
    store = fresh()
    run(store, Made([said("a")]))
    setting = Statement("urn:kgdelta:ontology", OBSOLETION_POLICY, Literal("flag"))
    store.commit(
        "main", Delta(added=frozenset({setting})), store.show("main").id, CommitMeta("set")
    )
    run(store, Made([said("a"), said("b")]))
    assert states(store)[-1] == said("b") | {setting}


def test_what_turns_up_in_the_past_is_told_and_left_out() -> None:
    store = fresh()
    run(store, Made([said("a"), said("c")], ["a", "c"]))
    late = Made([said("a"), said("b"), said("c"), said("d")], ["a", "b", "c", "d"])
    done = run(store, late)
    assert [(d.source, d.commit is not None) for d in done] == [("b", False), ("d", True)]
    assert done[0].problems[0].reason == (
        "older than what was imported already; not imported into the past"
    )
    assert states(store) == [said("a"), said("c"), said("d")]


def test_the_newest_edition_may_be_corrected() -> None:
    store = fresh()
    run(store, Made([said("a"), said("b")], ["a", "b"]))
    run(store, Made([said("a"), said("B")], ["a", "b corrected"]))
    assert states(store) == [said("a"), said("b"), said("B")]


def test_what_is_no_edition_is_told_first() -> None:
    history = Made([said("a")], problems=(Problem("link", 0, "a link"),))
    done = run(fresh(), history)
    assert [(d.source, d.commit is not None) for d in done] == [("link", False), ("0", True)]
    with pytest.raises(IngestError, match="link: a link"):
        run(fresh(), history, strict=True)


LISTS = st.lists(
    st.none() | st.frozensets(st.sampled_from("abcd")).map(lambda names: said(*names)), max_size=12
)


@given(LISTS, st.data())
def test_runs_in_pieces_are_one_run(found: list[State | None], data: st.DataObject) -> None:
    whole, pieces = fresh(), fresh()
    run(whole, Made(found))
    for end in sorted(data.draw(st.lists(st.integers(0, len(found)), max_size=3))):
        run(pieces, Made(found[:end]))
    run(pieces, Made(found))
    assert states(whole) == states(pieces)
    assert [c.delta for c in whole.log()] == [c.delta for c in pieces.log()]
    kept = [state for state in found if state is not None]
    changed = [s for n, s in enumerate(kept) if s != (kept[n - 1] if n else frozenset())]
    assert states(whole) == changed


@given(LISTS, st.integers(0, 12))
def test_an_interrupt_leaves_whole_commits_and_the_rest_is_new(
    found: list[State | None], after: int
) -> None:
    whole, cut = fresh(), fresh()
    run(whole, Made(found))
    importing = import_history(cut, Made(found), "main")
    for _, _done in zip(range(after), importing, strict=False):
        pass
    importing.close()
    assert not list(cut.verify())
    run(cut, Made(found))
    assert states(whole) == states(cut)


def folder_of(path: Path, files: Mapping[str, str]) -> FolderHistory:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text)
    return FolderHistory(path)


def test_the_ontology_of_a_history_stays_where_an_edition_names_none(tmp_path: Path) -> None:
    nameless = "format-version: 1.2\n\n[Typedef]\nid: part\nname: part\n"
    files = {"2019-01-01.obo": obo(a="a"), "2019-01-02.obo": nameless}
    whole, pieces = fresh(), fresh()
    list(import_history(whole, folder_of(tmp_path / "x", files), "main"))
    for name in files:
        list(import_history(pieces, folder_of(tmp_path / "y", {name: files[name]}), "main"))
    assert states(whole) == states(pieces)
    subjects = {statement.subject for statement in states(whole)[-1]}
    assert "http://purl.obolibrary.org/obo/t#part" in subjects


def test_versions_name_commits(tmp_path: Path) -> None:
    files = {
        f"2019-01-0{n}.obo": f"format-version: 1.2\ndata-version: v{n}\nontology: t\n"
        for n in (1, 2)
    }
    store = fresh()
    telling = Telling(tag_versions=True)
    list(import_history(store, folder_of(tmp_path / "x", files), "main", telling))
    assert [tag.name for tag in store.tags()] == ["v1", "v2"]


def test_another_spelling_is_no_change(tmp_path: Path) -> None:
    text = obo(a="a", b="b")
    other = obo(b="b", a="a").replace("\n", "\r\n").replace("name: a", "name:   a  ")
    files = {"2019-01-01.obo": text, "2019-01-02.obo": other, "2019-01-03.obo": obo(a="a")}
    store = fresh()
    done = list(import_history(store, folder_of(tmp_path / "x", files), "main"))
    assert [(d.commit is not None, d.added, d.removed) for d in done] == [
        (True, 6, 0),
        (False, 0, 0),
        (True, 0, 2),
    ]
