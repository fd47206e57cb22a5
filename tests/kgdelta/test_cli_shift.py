"""shift: which terms moved between two files, how far, and what explains it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.kgdelta.calling import Run
from tests.kgdelta.groups import BENIGN, MEMBERS, MOVED, goals, grown, obo

pytest.importorskip("torch", reason="needs the embeddings extra")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Groups whose members lead to those of the next; then two terms lead elsewhere."""
    rng = np.random.default_rng(0)
    edges = grown(rng)
    before, after = tmp_path / "before.obo", tmp_path / "after.obo"
    before.write_text(obo(edges))
    edges[MOVED] = goals(rng, MOVED // MEMBERS + 2)
    edges[BENIGN] = goals(rng, BENIGN // MEMBERS)
    after.write_text(obo(edges))
    return str(before), str(after)


def test_the_moved_term_is_first_with_the_size_of_its_move(
    run: Run, files: tuple[str, str]
) -> None:
    answer = run("shift", *files, "--json")
    assert answer.code == 0, answer.err
    first = answer.rows[0]
    assert (first["node"], first["label"], first["direct"]) == (
        f"N:{MOVED:03}",
        f"node {MOVED}",
        True,
    )
    assert first["low"] < first["times"] < first["high"]
    assert first["times"] > 1
    by_node = {row["node"]: row for row in answer.rows}
    assert by_node[f"N:{BENIGN:03}"]["times"] < first["times"]
    assert first["p"] < 0.05
    assert all(f"N:{MOVED:03}" in change for change in first["changes"])

    table = run("shift", *files, "-n", "1").out.splitlines()
    assert len(table) == 2
    assert "times" in table[0]
    assert f"{first['times']:.1f} ({first['low']:.1f} to {first['high']:.1f})" in table[1]


def test_a_file_that_is_not_there_is_one_line(run: Run, files: tuple[str, str]) -> None:
    answer = run("shift", files[0], "nowhere.obo")
    assert answer.code == 6
    assert answer.err.count("\n") == 1
