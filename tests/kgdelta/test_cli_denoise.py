"""denoise: what is probably wrong, with reasons; nothing is changed, and little is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.kgdelta.calling import Run

pytest.importorskip("torch", reason="needs the embeddings extra")

#: An edge into another group than all others of its relation.
ODD = "N:00 R:0 N:07"


@pytest.fixture
def groups(tmp_path: Path) -> str:
    """A file of four groups of nodes; a relation leads from each node to some of the next group."""
    rng = np.random.default_rng(0)
    lines = {ODD}
    for node in range(60):
        for goal in rng.choice(15, 4, replace=False):
            lines.add(f"N:{node:02} R:0 N:{((node // 15 + 1) % 4) * 15 + goal:02}")
    frames = []
    for node in range(60):
        name = f"N:{node:02}"
        own = [line.split() for line in sorted(lines) if line.startswith(name)]
        edges = "".join(f"relationship: R:0 {tail}\n" for _, _, tail in own)
        frames.append(f"[Term]\nid: {name}\nname: node {node}\n{edges}\n")
    path = tmp_path / "groups.obo"
    header = "format-version: 1.2\nontology: groups\n\n"
    path.write_text(header + "".join(frames) + "[Typedef]\nid: R:0\nname: leads to\n")
    return str(path)


def test_the_odd_one_is_named_with_reasons(run: Run, groups: str) -> None:
    answer = run("denoise", "--at", groups, "-n", "5", "--json")
    assert answer.code == 0, answer.err
    rows = answer.rows
    assert len(rows) == 5
    assert [row["posterior"] for row in rows] == sorted(
        (row["posterior"] for row in rows), reverse=True
    )
    found = [row for row in rows if (row["subject"], row["object"]) == ("N:00", "N:07")]
    assert found
    assert any("hardly any" in reason for reason in found[0]["reasons"])
    told = run("denoise", "--at", groups, "-n", "5")
    assert "node 0 (N:00)" in told.out
    assert "by kind of mistake" in told.err


def test_few_edges_are_refused_in_a_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "small.obo"
    path.write_text("format-version: 1.2\nontology: s\n\n[Term]\nid: S:1\nis_a: S:2\n")
    answer = run("denoise", "--at", str(path))
    assert answer.code != 0
    assert "at least 100 are needed" in answer.err
    assert "Traceback" not in answer.err
