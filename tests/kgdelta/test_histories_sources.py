"""Dumps of several sources on one branch: each replaces what its own source said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.commit import CommitMeta
from graph.model import Delta, Literal, Statement
from graph.store import Store, open_store
from graph.vocabulary import EXACT_SYNONYM
from kgdelta.errors import UsageError
from kgdelta.importing import Done
from kgdelta.sources import OneSource, dumps_on

State = frozenset[Statement]


def said(names: str) -> State:
    # Few subjects, so that sources speak about the same nodes.
    nodes = ("http://x.org/even", "http://x.org/odd")
    return frozenset(
        Statement(nodes[ord(name) % 2], EXACT_SYNONYM, Literal(name)) for name in names
    )


def fresh() -> Store:
    return open_store(":memory:", create=True)


def dump(store: Store, source: str, names: str, branch: str = "main") -> Done:
    return OneSource(store, branch, source).put(said(names), CommitMeta(f"dump of {source}"))


def holds(store: Store, version: str = "main") -> State:
    return frozenset(store.snapshot(version).statements())


def edit(store: Store, added: str = "", removed: str = "", branch: str = "main") -> None:
    delta = Delta(said(removed), said(added))
    head = store.snapshot(branch).version.commit
    store.commit(branch, delta, head, CommitMeta("by hand"))


def test_three_sources_that_overlap() -> None:
    store = fresh()
    dump(store, "a", "abc")
    dump(store, "b", "bcd")
    dump(store, "c", "cde")
    assert holds(store) == said("abcde")
    assert dump(store, "b", "d")[1:] == (0, 0)
    assert holds(store) == said("abcde")
    assert dump(store, "a", "a")[1:] == (0, 1)
    assert holds(store) == said("acde")
    assert dump(store, "c", "")[1:] == (0, 2)
    assert holds(store) == said("ad")
    assert dump(store, "b", "dc")[1:] == (1, 0)
    assert holds(store) == said("adc")
    assert not list(store.verify())


def test_an_unchanged_dump_makes_no_commit() -> None:
    store = fresh()
    dump(store, "a", "abc")
    before = [(branch.name, branch.head) for branch in store.branches()]
    assert dump(store, "a", "abc") == Done(None, 0, 0)
    assert [(branch.name, branch.head) for branch in store.branches()] == before


def test_what_a_source_said_is_a_version() -> None:
    store = fresh()
    dump(store, "a", "ab")
    dump(store, "b", "bc")
    dump(store, "a", "b")
    assert holds(store, "sources/a") == said("b")
    assert holds(store, "sources/a~1") == said("ab")
    assert holds(store, "sources/b") == said("bc")


def test_what_nobody_dumped_stays() -> None:
    store = fresh()
    edit(store, added="ax")
    dump(store, "a", "ab")
    dump(store, "a", "")
    assert holds(store) == said("ax")


def test_what_was_withdrawn_by_hand_does_not_come_back() -> None:
    store = fresh()
    dump(store, "a", "abc")
    edit(store, removed="b")
    dump(store, "a", "abcd")
    assert holds(store) == said("acd")
    dump(store, "a", "cd")
    assert holds(store) == said("cd")


def test_branches_know_their_own_dumps() -> None:
    store = fresh()
    dump(store, "a", "ab")
    store.create_branch("next", "main")
    dump(store, "a", "bc", "next")
    dump(store, "a", "bd", "main")
    assert (holds(store, "main"), holds(store, "next")) == (said("bd"), said("bc"))
    dump(store, "a", "c", "next")
    assert holds(store, "next") == said("c")
    dump(store, "a", "d", "main")
    assert holds(store, "main") == said("d")


def test_a_merge_brings_dumps_along() -> None:
    store = fresh()
    dump(store, "a", "a")
    store.create_branch("next", "main")
    dump(store, "b", "bc", "next")
    edit(store, added="x")
    store.merge("main", "next", CommitMeta("merge"))
    assert set(dumps_on(store, "main")) == {"a", "b"}
    dump(store, "b", "c")
    assert holds(store) == said("acx")


def test_a_dump_that_was_cut_off_is_done_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line of the source has the dump, the branch does not yet."""
    store = fresh()
    dump(store, "a", "ab")

    def interrupted(*_: object) -> Delta:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(OneSource, "_following", interrupted)
        with pytest.raises(KeyboardInterrupt):
            dump(store, "a", "bc")
    assert (holds(store), holds(store, "sources/a")) == (said("ab"), said("bc"))
    assert dump(store, "a", "bc")[1:] == (1, 1)
    assert holds(store) == said("bc")


@pytest.mark.parametrize("name", ["", " a", "a b"])
def test_names_of_sources(name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a source"):
        OneSource(fresh(), "main", name)


NAMES = st.text("abcdef", max_size=6)
STEPS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), NAMES) | st.tuples(st.just("hand"), NAMES),
    max_size=10,
)


@given(STEPS)
def test_the_branch_is_what_the_sources_say_and_what_was_added_by_hand(
    steps: list[tuple[str, str]],
) -> None:
    """Beside a dictionary of sets; by hand only what no source says yet is added."""
    store = fresh()
    told: dict[str, State] = {}
    by_hand: State = frozenset()
    for source, names in steps:
        if source == "hand":
            new = said(names) - holds(store)
            head = store.snapshot("main").version.commit
            store.commit("main", Delta(added=new), head, CommitMeta("by hand"))
            by_hand |= new
        else:
            dump(store, source, names)
            told[source] = said(names)
        assert holds(store) == by_hand.union(*told.values())
    for source, state in told.items():
        assert holds(store, f"sources/{source}") == state
    assert not list(store.verify())
