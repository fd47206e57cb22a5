"""What scripts and notebooks use: few names, typed results, data frames when asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import kgdelta as kd
from graph.commit import CommitMeta
from graph.errors import NotFoundError
from kgcl.errors import KgclSyntaxError, RejectedChangeError


@pytest.fixture
def kg(root: Path) -> Iterator[kd.Graph]:
    with kd.open(":memory:") as graph:
        for i in (1, 2):
            state = kd.read(root / "examples" / f"instruments-{i}.obo")
            assert graph.commit_state(state, CommitMeta(f"release {i}", author="Ada")) is not None
        yield graph


def test_public_names_are_these() -> None:
    assert kd.__all__ == [
        "Changes", "Graph", "Rows", "Shifts", "Suspicions", "apply", "diff", "open", "parse",
        "read", "shift", "write",
    ]  # fmt: skip
    assert all(hasattr(kd, name) for name in kd.__all__)


def test_an_equal_state_makes_no_commit(kg: kd.Graph, root: Path) -> None:
    state = kd.read(root / "examples" / "instruments-2.obo")
    assert kg.commit_state(state, CommitMeta("again")) is None
    assert repr(state).startswith("MemorySnapshot(28 statements, ")


def test_rows_are_sequences_and_frames(kg: kd.Graph) -> None:
    log = kg.log()
    assert [commit.message for commit in log] == ["release 2", "release 1"]
    assert isinstance(log[:1], kd.Rows)
    assert repr(log) == "Rows(2 rows)"
    assert list(log.to_pandas()["author"]) == ["Ada", "Ada"]
    frame = kg.diff("main~1", "main").to_pandas()
    assert list(frame["kind"])[:2] == ["ClassCreation", "NameBecomesSynonym"]
    assert kg.life("EX:0000007")[0].commit.message == "release 2"


def test_apply_commits_or_raises(kg: kd.Graph) -> None:
    with pytest.raises(RejectedChangeError, match="line 1: the label of EX:0000006"):
        kg.apply("rename EX:0000006 from 'x' to 'y'")
    with pytest.raises(KgclSyntaxError):
        kg.apply("rename EX:0000006")
    assert len(kg.log()) == 2
    dry = kg.apply("delete EX:0000006", dry_run=True)
    assert dry.commit is None
    assert dry.outcome.delta
    made = kg.apply(kd.parse("delete EX:0000006"), message="no detectors", author="Ada")
    assert made.commit is not None
    assert made.commit.changes == ("delete EX:0000006",)
    assert kg.log()[0].message == "no detectors"


def test_files_and_changes_without_a_store(root: Path, tmp_path: Path) -> None:
    old = kd.read(root / "examples" / "instruments-1.obo")
    new = kd.read(root / "examples" / "instruments-2.obo")
    changes = kd.diff(old, new)
    for form in (changes, changes.text, [row.change for row in changes]):
        after, outcome = kd.apply(form, old)
        assert after.all == new.all
        assert not outcome.rejected
    kd.write(after, tmp_path / "made.obo")
    assert kd.read(tmp_path / "made.obo").all == new.all


def test_drift_of_a_small_graph_says_why_not(kg: kd.Graph) -> None:
    from embeddings.errors import TrainingError

    with pytest.raises(TrainingError, match="at least 100 are needed"):
        kg.denoise()
    rows = kg.shift("main~1", "main")
    assert all(row.p is None and not row.significant for row in rows)
    assert "no p-values" in rows.about.note
    assert len(rows.significant) == 0
    frame = rows.to_pandas()
    assert {"node", "label", "score", "movement", "p", "q", "changes", "commits"} <= {*frame}
    assert len(frame) == rows.about.nodes
    files = kd.shift(kg.at("main~1"), kg.at("main"))
    assert [row.score for row in files] == [row.score for row in rows]
    with pytest.raises(NotFoundError, match="keeps none"):
        kg.shifts(rows[0].node)
