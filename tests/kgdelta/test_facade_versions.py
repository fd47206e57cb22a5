"""The versioned graph in scripts: lines of work, bundles, bisect, and other libraries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import kgdelta as kd
from graph.commit import CommitMeta
from graph.errors import ConflictError, InvalidDeltaError, InvalidRangeError, StaleHeadError
from graph.model import Literal, Statement
from graph.resolution import Resolutions, Side
from graph.vocabulary import LABEL, OBO, SUBCLASS_OF

DETECTOR = OBO + "EX_0000006"
MULTIPLIER = OBO + "EX_0000007"


@pytest.fixture
def kg(root: Path) -> Iterator[kd.Graph]:
    with kd.open(":memory:") as graph:
        for i in (1, 2):
            state = kd.read(root / "examples" / f"instruments-{i}.obo")
            graph.commit_state(state, CommitMeta(f"release {i}", author="Ada"))
        yield graph


def label(kg: kd.Graph, node: str, version: str = "main") -> str:
    return kg.at(version).labels({node})[node].value


def test_a_conflict_is_decided_by_its_id(kg: kd.Graph) -> None:
    kg.store.create_branch("work")
    kg.apply("rename EX:0000006 from 'detector' to 'sensor'", "work", author="Bob")
    kg.apply("rename EX:0000006 from 'detector' to 'counter'", author="Ada")
    with pytest.raises(ConflictError) as caught:
        kg.merge("work")
    assert label(kg, DETECTOR) == "counter"
    (conflict,) = caught.value.conflicts
    merged = kg.merge("work", author="Ada", resolutions=Resolutions({conflict.id: Side.THEIRS}))
    assert label(kg, DETECTOR) == "sensor"
    assert merged.message == "merge work into main"
    assert [key for key, _ in merged.provenance] == ["resolved"]


def test_picked_and_taken_back(kg: kd.Graph) -> None:
    kg.store.create_branch("old", "main~1")
    made = kg.apply("create exact synonym 'part' for EX:0000001", message="a word").commit
    assert made is not None
    picked = kg.cherry_pick("main", "old", author="Bob")
    assert (picked.message, picked.author) == ("a word", "Bob")
    assert picked.provenance == (("cherry-picked-from", made.id),)
    taken = kg.revert("main", message="no")
    assert taken.message == "no"
    assert kg.diff("main", "main~2").text == ""


def test_changes_and_ranges_are_undone(kg: kd.Graph) -> None:
    kg.apply("create exact synonym 'part' for EX:0000001\ncreate exact synonym 'x' for EX:0000002")
    undone = kg.undo("main", changes=[1], author="Bob")
    assert undone.author == "Bob"
    assert kg.diff("main~2", "main").text.splitlines() == [
        "create exact synonym 'x' for EX:0000002"
    ]
    kg.undo("main~2..main")
    assert kg.diff("main~3", "main").text == ""


def test_bisect_takes_any_question(kg: kd.Graph) -> None:
    for i in range(5):
        kg.apply(f"create exact synonym 'word {i}' for EX:0000001")
    found = kg.bisect(lambda state: MULTIPLIER in state.labels({MULTIPLIER}))
    assert found.message == "release 2"
    found = kg.bisect(lambda state: bool(state.find(["word 3"])["word 3"]), good="main~4")
    assert found.id == kg.store.resolve("main~1")
    with pytest.raises(InvalidRangeError):
        kg.bisect(lambda state: False)


def test_work_travels_as_a_file(kg: kd.Graph, tmp_path: Path) -> None:
    info = kg.bundle(tmp_path / "all.kgb")
    assert (info.commits, set(info.branches)) == (2, {"main"})
    with kd.open(tmp_path / "other.db") as other:
        assert len(other.take(tmp_path / "all.kgb").commits) == 2
        assert other.log().to_pandas()["id"].tolist() == kg.log().to_pandas()["id"].tolist()
        other.apply("create exact synonym 'theirs' for EX:0000001")
        info = other.bundle(tmp_path / "new.kgb", ["main"], since=["main~1"])
        assert info.commits == 1
    kg.apply("create exact synonym 'ours' for EX:0000001")
    with pytest.raises(StaleHeadError, match="take it with --prefix"):
        kg.take(tmp_path / "new.kgb")
    received = kg.take(tmp_path / "new.kgb", "bob")
    assert [branch.name for branch in received.branches] == ["bob/main"]
    kg.merge("bob/main")
    assert len(kg.search("theirs")) == len(kg.search("ours")) == 1


def test_changes_on_top_of_what_others_did(kg: kd.Graph) -> None:
    others = kg.apply("delete EX:0000005", message="others").commit
    rename = "rename EX:0000001 from 'instrument part' to 'part'"
    with pytest.raises(StaleHeadError):
        kg.apply(rename, against="main~1")
    patch = kg.apply(rename, against="main~1", rebase=True)
    assert patch.passed == (others,)
    assert label(kg, OBO + "EX_0000001") == "part"


def test_erasing_and_space(tmp_path: Path, root: Path) -> None:
    with kd.open(tmp_path / "kg.db") as kg:
        for i in (1, 2):
            state = kd.read(root / "examples" / f"instruments-{i}.obo")
            kg.commit_state(state, CommitMeta(f"release {i}"))
        gone = Statement(OBO + "EX_0000003", LABEL, Literal("TOF"))
        with pytest.raises(InvalidDeltaError):
            kg.purge([Statement(MULTIPLIER, LABEL, Literal("electron multiplier"))])
        assert kg.purge([gone]).statements == 1
        assert OBO + "EX_0000003" not in kg.at("main~1").labels({OBO + "EX_0000003"})
        assert kg.purge(before="main").statements > 0
        assert kg.compact().after > 0
        assert list(kg.store.verify()) == []


def test_search_is_rows(kg: kd.Graph) -> None:
    found = kg.search("trap")
    assert [match.text for match in found] == ["trap", "linear ion trap"]
    assert list(kg.search("trap", limit=1).to_pandas()["exact"]) == [True]
    assert not kg.search("multiplier", "main~1")


def test_states_for_other_libraries(kg: kd.Graph) -> None:
    view = kg.to_networkx(predicates={SUBCLASS_OF})
    assert view.has_edge(MULTIPLIER, DETECTOR, SUBCLASS_OF)
    assert not kg.to_networkx("main~1").has_node(MULTIPLIER)
    asked = f"ASK {{ <{MULTIPLIER}> rdfs:subClassOf+ <{DETECTOR}> }}"
    assert kg.to_rdflib().query(asked).askAnswer is True
    assert kg.to_rdflib("main~1").query(asked).askAnswer is False
