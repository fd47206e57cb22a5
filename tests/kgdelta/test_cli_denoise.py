"""denoise: what is probably wrong, with reasons; nothing is changed, and little is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import kgdelta as kd
from tests.embeddings.test_lexical import taxonomy
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


@pytest.fixture
def store(run: Run, groups: str) -> Run:
    """A store whose second commit adds the odd edge and a few others."""
    assert run("init").code == 0
    text = Path(groups).read_text()
    before = text.replace("relationship: R:0 N:07\n", "", 1)
    Path("before.obo").write_text(before)
    assert run("import", "before.obo", "--tag", "v1").code == 0
    assert run("import", groups, "--tag", "v2").code == 0
    return run


def test_a_judgement_is_kept_and_told_over_versions(store: Run) -> None:
    first = store("denoise", "--at", "v1", "-n", "3", "--json")
    assert first.code == 0, first.err
    assert "fold 5 of 5" in first.err
    again = store("denoise", "--at", "v1", "-n", "3", "--json")
    assert again.out == first.out
    assert "fold" not in again.err
    assert store("denoise", "--at", "v2").code == 0
    assert "(kept from before)" in store("denoise", "--at", "v1").err

    past = store("doubts", "node 0", "--json").rows
    odd = next(row for row in past if row["statement"].endswith("node 7 (N:07)"))
    assert [one["name"] for one in odd["judged"]] == ["v2"]
    others = [row for row in past if row is not odd]
    assert [one["name"] for one in others[0]["judged"]] == ["v1", "v2"]
    told = store("doubts", "N:00").out
    assert "node 7 (N:07)" in told
    assert "%  v2" in told
    manifests = [json.loads(p.read_text()) for p in Path("kg.db.models/denoise").glob("*.json")]
    assert {manifest["name"] for manifest in manifests} == {"v1", "v2"}
    second = next(manifest for manifest in manifests if manifest["name"] == "v2")
    assert second["earlier"] == next(m["id"] for m in manifests if m["name"] == "v1")
    assert not [*Path("kg.db.models/denoise").glob("*.part")]


def test_since_shows_what_is_new(store: Run) -> None:
    new = store("denoise", "--at", "v2", "--since", "v1", "--json").rows
    assert [(row["subject"], row["object"]) for row in new] == [("N:00", "N:07")]
    assert new[0]["commit"] == store("log", "-n", "1", "--json").rows[0]["commit"]


def test_repairs_go_through_the_ordinary_dry_run(store: Run) -> None:
    answer = store("denoise", "--propose", "repairs.kgcl", "--page", "page.html", "-n", "1")
    assert answer.code == 0, answer.err
    assert store("apply", "--dry-run", "repairs.kgcl").code == 0
    text = Path("repairs.kgcl").read_text()
    assert text.startswith("# ")
    commands = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert f"{len(commands)} repair" in answer.err
    page = Path("page.html").read_text()
    assert "Can the percentages be trusted?" in page
    assert "mistakes were planted" in page
    assert "<script" not in page


def test_an_interrupted_judgement_goes_on(store: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from kgdelta.commands import drift

    def stop(message: str) -> None:
        if message.startswith("fold 3"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(drift, "say", stop)
        assert store("denoise").code != 0
    assert len([*Path("kg.db.models/denoise").glob("*.part/*.npy")]) == 3
    assert not [*Path("kg.db.models/denoise").glob("*.json")]
    assert store("denoise").code == 0
    assert not [*Path("kg.db.models/denoise").glob("*.part")]


def test_what_is_not_there_is_one_line(store: Run) -> None:
    for arguments, message in (
        (["doubts", "node 0"], "run 'kgdelta denoise' first"),
        (["denoise", "--at", "nowhere"], "no version 'nowhere'"),
        (["denoise", "--propose", "no/where.kgcl"], "there is no folder no"),
        (["denoise", "--since", "nowhere"], "no version 'nowhere'"),
    ):
        answer = store(*arguments)
        assert answer.code != 0
        assert message in answer.err
        assert answer.err.count("\n") == 1
    assert store("denoise").code == 0
    answer = store("doubts", "R:0")
    assert answer.code == 6
    assert "it has no statement in 1 judgement" in answer.err


def test_training_on_what_is_believed(store: Run) -> None:
    answer = store("embed", "--denoised", "--epochs", "2", "--rank", "4")
    assert answer.code == 6
    assert "run 'kgdelta denoise' of it first" in answer.err
    assert store("denoise", "-n", "1").code == 0
    models = []
    for more in ([], ["--denoised"]):
        made = store("embed", "--epochs", "2", "--rank", "4", "--json", *more)
        assert made.code == 0, made.err
        models.append(made.document)
    assert [model["config"]["denoised"] for model in models] == [False, True]
    assert models[0]["metrics"] != models[1]["metrics"]
    answer = store("embed", "--denoised", "--from", models[0]["model"])
    assert answer.code == 2
    assert "leave out --from" in answer.err


def test_a_damaged_answer_says_what_to_delete(store: Run) -> None:
    assert store("denoise").code == 0
    table = next(Path("kg.db.models/denoise").glob("*.parquet"))
    table.write_bytes(b"nothing")
    answer = store("denoise")
    assert answer.code != 0
    assert "damaged table" in answer.err
    assert answer.err.count("\n") == 1


def test_in_python(store: Run) -> None:
    with kd.open("kg.db") as kg:
        rows = kg.denoise(since="v1", repairs=3)
        assert [row.object for row in rows] == ["N:07"]
        assert rows.about.statements == 1
        assert len(rows.proposals) <= 1
        assert kg.denoise(since="v1").to_pandas()["posterior"][0] == rows[0].posterior
        kg.denoise()
        assert kg.doubts("node 0")[0].judged[-1].name == "main"


def test_a_repair_puts_another_object_in_the_place(run: Run, tmp_path: Path) -> None:
    """A member of a kind that is called after another one is moved there by the command."""
    snapshot, wrong = taxonomy(wrong=8)
    path = tmp_path / "kinds.nt"
    kd.write(snapshot, path)
    answer = run("denoise", "--at", str(path), "--propose", "moves.kgcl", "-n", "3", "--json")
    assert answer.code == 0, answer.err
    lines = Path("moves.kgcl").read_text().splitlines()
    moves = [line for line in lines if line.startswith("move ")]
    assert moves
    for move in moves:
        member, before, after = (word.strip("<>") for word in move.split()[1::2])
        assert (member, before) in {(w[0], w[2]) for w in wrong}
        assert after == member.rpartition("m")[0]
