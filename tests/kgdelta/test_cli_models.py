"""embed and models: a model is trained, listed, gone on from, exported, asked and collected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kgdelta.calling import Run

pytest.importorskip("torch", reason="needs the embeddings extra")

QUICK = ("--rank", "4", "--epochs", "2", "--device", "cpu")


@pytest.fixture
def trained(history: Run) -> Run:
    assert history("embed", "v1", *QUICK, "--test", "0").code == 0
    return history


def test_a_model_is_kept_beside_the_store_and_listed(trained: Run, tmp_path: Path) -> None:
    rows = trained("models", "--json").rows
    assert [row["kind"] for row in rows] == ["complex"]
    assert rows[0]["metrics"] == {}
    assert rows[0]["config"]["rank"] == 4
    assert len(list((tmp_path / "kg.db.models").iterdir())) == 2
    assert rows[0]["model"] in trained("models").out


def test_training_goes_on_from_an_older_model(trained: Run) -> None:
    first = trained("models", "--json").rows[0]
    answer = trained("embed", *QUICK, "--from", first["model"], "--test", "0.3", "--json")
    assert answer.code == 0, answer.err
    document = answer.document
    assert document["config"]["from"] == first["model"]
    assert document["entities"] > first["entities"]
    assert 0 <= document["metrics"]["mrr"] <= 1
    wrong = trained("embed", "--from", first["model"], "--rank", "5")
    assert wrong.code == 2
    assert "other settings" in wrong.err


def test_new_nodes_get_vectors_without_training(history: Run) -> None:
    told = (*QUICK, "--test", "0", "--encoder", "inductive")
    assert history("embed", "v1", *told).code == 0
    first = history("models", "--json").rows[0]
    assert first["kind"] == "complex-inductive"
    untrained = (*told, "--epochs", "0", "--json")
    answer = history("embed", *untrained, "--from", first["model"])
    assert answer.code == 0, answer.err
    assert answer.document["entities"] > first["entities"]
    assert history("embed", *untrained).code == 2
    plain = history("embed", "v1", *QUICK, "--test", "0", "--json").document["model"]
    refused = history("embed", *QUICK, "--test", "0", "--epochs", "0", "--from", plain)
    assert refused.code != 0
    assert "not inductive" in refused.err


def test_vectors_are_exported_and_imported(trained: Run, tmp_path: Path) -> None:
    assert trained("models", "--export", "v.txt").code == 0
    assert trained("models", "--export", "v.parquet").code == 0
    text = (tmp_path / "v.txt").read_text(encoding="utf-8").splitlines()
    assert text[0].split()[1] == "8"
    (tmp_path / "own.txt").write_text("2 2\nEX:0000001 1 0\nEX:0000002 1 1\n")
    assert trained("models", "--import", "own.txt", "--at", "v1").code == 0
    assert {row["kind"] for row in trained("models", "--json").rows} == {"complex", "imported"}
    own = next(r for r in trained("models", "--json").rows if r["kind"] == "imported")
    near = trained("models", "--near", "EX:0000001", "--model", own["model"], "--json").rows
    assert [row["node"] for row in near] == ["EX:0000002"]
    assert near[0]["cosine"] == pytest.approx(0.5**0.5)
    assert near[0]["label"]


def test_models_that_nothing_leads_to_are_collected(trained: Run) -> None:
    assert trained("embed", "v1", *QUICK, "--test", "0", "--seed", "1").code == 0
    assert len(trained("models", "--collect", "--json").rows) == 1
    assert len(trained("models", "--json").rows) == 1


def test_wrong_calls_are_one_line(trained: Run) -> None:
    for arguments, code in (
        (("models", "--near", "EX:0000001", "--model", "absent"), 6),
        (("models", "--export", "v.doc"), 3),
        (("models", "--export", "v.txt", "--collect"), 2),
        (("models", "--import", "absent.txt"), 6),
        (("embed", "absent"), 6),
        (("embed", "--device", "abacus"), 3),
        (("models", "--store", ":memory:"), 2),
    ):
        answer = trained(*arguments)
        assert answer.code == code, (arguments, answer.err)
        assert answer.err.count("\n") == 1
