"""Models in files: found by version, the same when they come back, deleted when unused."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.embedding import Earlier, EmbedConfig, embed
from embeddings.errors import TrainingError
from embeddings.learner import Plan
from embeddings.model_files import ModelFiles, ModelRecord, _packed, _unpacked
from embeddings.splits import SplitRule
from embeddings.train import TrainConfig, Trainer
from embeddings.vectors import Vectors, format_of, read_vectors, write_vectors
from graph.errors import NotFoundError
from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.vocabulary import LABEL

RECORD = ModelRecord(
    "default", "c0ffee" * 6, "complex", 180, 8, created="2026-01-01T00:00:00+00:00"
)
VECTORS = Vectors(
    ("urn:a", "urn:b", "urn:ü"), np.array([[1, 0], [0.9, 0.1], [-1, 1e-7]], np.float32)
)


@pytest.fixture(scope="module")
def trainer(communities):
    trainer = Trainer(TrainConfig(rank=4))
    trainer.fit(communities, 1)
    return trainer


def test_a_model_comes_back_with_its_vocabulary(trainer, communities, tmp_path):
    files = ModelFiles(tmp_path / "new" / "models")
    assert files.records() == []
    files.save(RECORD, trainer, communities.vocabulary)
    assert files.records() == [RECORD]
    assert files.find("c0ffeec0ff") == RECORD == files.find(RECORD.id, "default")
    again, words = files.trainer(RECORD)
    assert words == communities.vocabulary
    again.fit(communities, 1)
    other = trainer.copy()
    other.fit(communities, 1)
    assert torch.equal(again.model.embed(), other.model.embed())
    vectors = files.vectors(RECORD)
    assert (vectors.matrix == trainer.model.embed().detach().numpy()).all()
    for name, graph in (("absent", None), (RECORD.id, "other"), ("", None)):
        with pytest.raises(NotFoundError):
            files.find(name, graph)


def test_imported_vectors_stand_beside_models(tmp_path):
    files = ModelFiles(tmp_path)
    record = replace(RECORD, kind="imported", entities=3, width=2)
    files.take(record, VECTORS)
    found = files.vectors(files.records()[0])
    assert found.nodes == VECTORS.nodes
    assert (found.matrix == VECTORS.matrix).all()
    with pytest.raises(TrainingError, match="imported"):
        files.trainer(record)


def test_what_nothing_leads_to_is_collected(trainer, communities, tmp_path):
    files = ModelFiles(tmp_path)
    records = [
        replace(RECORD, config={"seed": seed}, created=f"2026-01-0{seed}") for seed in (1, 2, 3)
    ]
    dead = replace(RECORD, commit="dead" * 10)
    for record in (*records, dead):
        files.save(record, trainer, communities.vocabulary)
    gone = files.collect({RECORD.commit}, keep=2)
    assert {record.id for record in gone} == {records[0].id, dead.id}
    assert files.records() == [records[2], records[1]]
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("suffix", [".parquet", ".txt", ".vec"])
def test_vectors_come_back_bit_for_bit(tmp_path, suffix):
    path = tmp_path / f"vectors{suffix}"
    with path.open("wb") as stream:
        write_vectors(VECTORS, stream, format_of(path))
    found = read_vectors(path)
    assert found.nodes == VECTORS.nodes
    assert (found.matrix == VECTORS.matrix).all()


def test_word2vec_text_by_hand(tmp_path):
    path = tmp_path / "v.txt"
    with path.open("wb") as stream:
        write_vectors(Vectors(("urn:a",), np.array([[1.5, -2]], np.float32)), stream, "word2vec")
    assert path.read_text() == "1 2\nurn:a 1.5 -2.0\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v.txt", b"2 2\nurn:a 1 2\n", "1 vectors, 2"),
        ("v.txt", b"1 2\nurn:a 1 2 3\n", "line 2"),
        ("v.txt", b"1 2\nurn:a 1 inf\n", "finite"),
        ("v.txt", b"2 1\nurn:a 1\nurn:a 2\n", "two vectors"),
        ("v.txt", b"\xff\xfe", "word2vec"),
        ("v.parquet", b"no", "Parquet"),
        ("v.doc", b"", "use"),
    ],
)
def test_wrong_vectors_are_refused(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=message):
        read_vectors(path)


def test_the_nearest_are_by_cosine():
    assert [node for node, _ in VECTORS.nearest("urn:a")] == ["urn:b", "urn:ü"]
    assert VECTORS.nearest("urn:a", 1)[0][1] == pytest.approx(0.9 / np.hypot(0.9, 0.1))
    assert np.isnan(VECTORS.of(["urn:z", "urn:a"])[0]).all()
    with pytest.raises(TrainingError, match="no vector"):
        VECTORS.nearest("urn:z")


@given(st.lists(st.text(), unique=True, max_size=8))
@settings(max_examples=30)
def test_names_are_packed_without_loss(names):
    assert _unpacked(_packed(tuple(names))) == tuple(names)


def snapshot(table, *more):
    names, relations = table.vocabulary.entities, table.vocabulary.relations
    rows = (Statement(names[h], relations[r], names[t]) for h, r, t in table.triples[::2].tolist())
    return MemorySnapshot((*rows, *more))


def test_embedding_goes_on_from_an_earlier_state(communities):
    plan = Plan(TrainConfig(rank=8, grouped=True), first_epochs=4, next_epochs=2)
    config = EmbedConfig(plan, split=SplitRule(0.05, 0.1))
    first = embed(snapshot(communities), config)
    assert first.metrics is not None
    assert first.metrics.count == 2 * first.tested > 0
    later = snapshot(communities, Statement("urn:new", "urn:r0", "urn:e0001"))
    earlier = Earlier(first.trainer.copy(), first.vocabulary, snapshot(communities))
    second = embed(later, config, earlier)
    assert second.vocabulary.entities == (*first.vocabulary.entities, "urn:new")
    assert second.trainer.epochs_done == first.trainer.epochs_done + 2
    with pytest.raises(TrainingError, match="not of that state"):
        embed(later, config, Earlier(first.trainer, first.vocabulary, later))
    with pytest.raises(TrainingError, match="no edges"):
        embed(MemorySnapshot([]), config)


def test_what_is_new_in_a_state_is_embedded_without_training(communities, tmp_path):
    train = TrainConfig(rank=8, grouped=True, encoder="inductive", text=16)
    plan = Plan(train, first_epochs=3, next_epochs=0)
    config = EmbedConfig(plan, split=SplitRule(0, 0))
    names = communities.vocabulary.entities
    labels = [Statement(n, LABEL, Literal(f"a member of {int(n[5:]) // 30}")) for n in names]
    before = snapshot(communities, *labels)
    first = embed(before, config)
    files = ModelFiles(tmp_path)
    files.save(RECORD, first.trainer, first.vocabulary)
    trainer, words = files.trainer(RECORD)
    label = Statement("urn:told", LABEL, Literal("a member of 3"))
    edges = [Statement(f"urn:{n}", "urn:r0", "urn:e0001") for n in ("new", "told")]
    after = snapshot(communities, *labels, label, *edges)
    second = embed(after, config, Earlier(trainer, words, before))
    assert second.epochs == 0
    assert second.vocabulary.entities[-2:] == ("urn:new", "urn:told")
    new, told = second.trainer.model.embed().detach()[-2:]
    assert new.norm() > 0
    # They have the same neighbours, and only one has text.
    assert not torch.allclose(new, told)
    assert torch.equal(second.trainer.model.entities[:-2], first.trainer.model.entities)
