"""Message passing: by hand, without the edges that are asked for, resumed, and for the unseen."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.checkpoints import load_trainer, save_trainer
from embeddings.encoders import MessageEncoder, directed_edges
from embeddings.errors import TrainingError
from embeddings.evaluate import filtered_ranks, metrics
from embeddings.learner import Learner, Plan
from embeddings.messages import MessageGraph
from embeddings.scoring import DistMult
from embeddings.tensors import Vocabulary, table_from_triples
from embeddings.train import TrainConfig, Trainer
from embeddings.transfer import diagnose

CONFIG = TrainConfig(
    rank=6, batch_size=256, initial_scale=0.3, seed=2, grouped=True, encoder="messages"
)
KINDS = ["messages", "inductive"]


def tensors(trainer):
    return [*(p.detach().clone() for p in trainer.model.parameters()), *trainer.model.buffers()]


def same(one, two):
    return all(torch.equal(a, b) for a, b in zip(tensors(one), tensors(two), strict=True))


def test_one_layer_by_hand():
    model = MessageEncoder(DistMult(3, 1, rank=1))
    layer = model.layers[0]
    with torch.no_grad():
        model.entities.copy_(torch.tensor([[2.0], [3.0], [5.0]]))
        model.relations.copy_(torch.tensor([[7.0], [11.0]]))
        layer.power.fill_(1)
        layer.importance.copy_(torch.tensor([0.0, math.log(2)]))
    edges = np.array([[0, 0, 1], [2, 0, 1]])
    model.see(table_from_triples(edges, Vocabulary(("a", "b", "c"), ("r",))))
    # b gets 2*7 and 5*7 with weight 1 each: 49/(1+2). a and c get 3*11 with weight 2: 66/(1+2).
    vectors = model.embed().detach().ravel().tolist()
    assert vectors == pytest.approx([2 + 22, 3 + 49 / 3, 5 + 22])
    # Without the edge between a and b: b gets 35/(1+1), a gets nothing.
    one, other = torch.tensor([1]), torch.tensor([0])
    vectors = model.embed_for(one, other, torch.Generator()).detach().ravel().tolist()
    assert vectors == pytest.approx([2, 3 + 35 / 2, 5 + 22])
    with torch.no_grad():
        layer.gain.fill_(0)
        layer.inner.fill_(2)
        layer.offset.fill_(-30)
        layer.outer.copy_(torch.tensor([[1.0], [0.5]]))
    # The mean of a, 22, becomes relu(44 - 30) = 14 twice, then 14 * 1.5 / sqrt(2) by the outer;
    # that of b relu(98/3 - 30) = 8/3.
    vectors = model.embed().detach().ravel().tolist()
    root = math.sqrt(2)
    assert vectors == pytest.approx([2 + 21 / root, 3 + 4 / root, 5 + 21 / root], rel=1e-5)


@given(st.integers(0, 10**6))
@settings(max_examples=30)
def test_sums_are_those_of_the_edges_one_by_one(seed):
    random = np.random.default_rng(seed)
    triples = np.unique(random.integers(0, (7, 3, 7), size=(random.integers(1, 40), 3)), axis=0)
    edges = torch.unique(directed_edges(torch.from_numpy(triples)), dim=0)
    graph = MessageGraph.of(edges, 7)
    states = torch.from_numpy(random.normal(size=(len(graph.entities), 2)))
    one, other = torch.from_numpy(random.integers(0, 7, (2, 5)))
    kept = graph.kept(one, other, torch.double)
    place = {
        (e, d): i
        for i, (e, d) in enumerate(
            zip(graph.entities.tolist(), graph.directed.tolist(), strict=True)
        )
    }
    hidden = {frozenset(pair) for pair in zip(one.tolist(), other.tolist(), strict=True)}
    expected = torch.zeros(7, 2, dtype=torch.double)
    for sender, kind, target in edges.tolist():
        if frozenset((sender, target)) not in hidden:
            expected[target] += states[place[sender, kind]]
    torch.testing.assert_close(graph.sums(states, kept), expected)
    states.requires_grad_()
    assert torch.autograd.gradcheck(lambda s: graph.sums(s, kept), (states,))


@pytest.mark.parametrize("encoder", KINDS)
@pytest.mark.parametrize("model", ["complex", "transe"])
@pytest.mark.parametrize("negatives", [0, 16])
def test_encoders_learn_in_both_modes(communities, encoder, model, negatives):
    config = replace(CONFIG, encoder=encoder, model=model, negatives=negatives, n3=0.001)
    trainer = Trainer(config)
    first = trainer.fit(communities, 1)
    assert trainer.fit(communities, 3) < first


@pytest.mark.parametrize("encoder", KINDS)
@pytest.mark.parametrize("optimiser", ["adagrad", "adam"])
def test_resuming_an_encoder_from_a_file_equals_never_stopping(
    communities, encoder, optimiser, tmp_path
):
    rate = 0.1 if optimiser == "adagrad" else 0.01
    config = replace(CONFIG, encoder=encoder, optimiser=optimiser, learning_rate=rate, layers=2)
    whole, part = Trainer(config), Trainer(config)
    whole.fit(communities, 3)
    part.fit(communities, 2)
    path = tmp_path / "encoder.safetensors"
    save_trainer(part, path)
    again = load_trainer(path)
    assert torch.equal(again.model.embed(), part.model.embed())
    again.fit(communities, 1)
    assert same(whole, again)
    assert not same(whole, part)


def test_a_graph_is_what_was_seen_last_after_failure_too(communities):
    trainer = Trainer(CONFIG)
    trainer.fit(communities, 1)
    before = trainer.copy()
    few = table_from_triples(communities.triples[:50], communities.vocabulary)

    def fail(_trainer):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.fit(few, 1, after_epoch=fail)
    assert same(trainer, before)
    assert torch.equal(trainer.model.embed(), before.model.embed())


def test_a_learner_passes_messages_over_the_whole_graph(communities):
    first = table_from_triples(communities.triples[:-20], communities.vocabulary)
    learner = Learner(Plan(CONFIG, first_epochs=2, next_epochs=1))
    learner.learn(first)
    learner.learn(communities)
    assert np.array_equal(learner.trainer.model.edges.numpy(), communities.triples)


def later(table):
    """The graph before its last entities came: (without them, their rows)."""
    late = np.arange(0, table.num_entities, 7)
    known = ~np.isin(table.triples[:, [0, 2]], late).any(axis=1)
    names = table.vocabulary.entities
    words = Vocabulary(
        tuple(name for i, name in enumerate(names) if i not in set(late.tolist())),
        table.vocabulary.relations,
    )
    order = np.array([i for i in range(len(names)) if i not in set(late.tolist())])
    place = np.zeros(len(names), dtype=np.int64)
    place[np.concatenate((order, late))] = np.arange(len(names))
    triples = table.triples.copy()
    triples[:, [0, 2]] = place[triples[:, [0, 2]]]
    grown = words.extended(names, ())
    return table_from_triples(triples[known], words), table_from_triples(triples, grown)


def test_unseen_entities_are_ranked_from_their_neighbours(communities):
    before, after = later(communities)
    rng = np.random.default_rng(0)
    new = (after.triples[:, [0, 2]] >= before.num_entities).any(axis=1)
    held = new & (rng.random(len(new)) < 0.3)
    given = table_from_triples(after.triples[~held], after.vocabulary)
    trainer = Trainer(replace(CONFIG, rank=16, encoder="inductive", n3=0.01))
    trainer.fit(before, 8)
    untouched = tensors(trainer)[0]
    trainer.see(given)
    found = metrics(filtered_ranks(trainer.model, after.triples[held], after.triples)).hits_at_10
    # The other end is one of 30 members of a community of 180.
    assert found > 2 * 10 / after.num_entities
    assert torch.equal(tensors(trainer)[0][: before.num_entities], untouched)
    assert not trainer.model.entities[before.num_entities :].any()
    trainer.fit(given, 1)
    assert trainer.model.entities[before.num_entities :].any(dim=1).all()


def test_unseen_entities_are_told_apart_by_their_text(communities):
    before, after = later(communities)
    homes = np.array([int(name[5:]) // 30 for name in after.vocabulary.entities])
    features = np.eye(6, dtype=np.float32)[homes]
    old = replace(before, features=features[: before.num_entities])
    trainer = Trainer(replace(CONFIG, rank=16, encoder="inductive", text=6, n3=0.01))
    trainer.fit(old, 6)
    # No edge of the new entities is given, only their text.
    given = table_from_triples(before.triples, after.vocabulary)
    new = (after.triples[:, [0, 2]] >= before.num_entities).any(axis=1)
    found = []
    for table in (replace(given, features=features), given):
        blind = trainer.copy()
        if table.features is None:
            table = replace(given, features=np.zeros_like(features))
        blind.see(table)
        ranks = filtered_ranks(blind.model, after.triples[new], after.triples)
        found.append(metrics(ranks).mrr)
    assert found[0] > 1.5 * found[1]


def test_what_has_no_vectors_for_the_unseen_says_so(communities):
    for encoder in ("none", "messages"):
        with pytest.raises(TrainingError, match="not inductive"):
            Trainer(replace(CONFIG, encoder=encoder)).see(communities)
    with pytest.raises(TrainingError, match="reads text"):
        TrainConfig(text=8)
    with pytest.raises(TrainingError, match="layers"):
        TrainConfig(layers=0)
    with pytest.raises(TrainingError, match="say "):
        TrainConfig(encoder="telepathy")


def test_vectors_that_are_no_rows_are_not_turned(communities):
    trainer = Trainer(CONFIG)
    trainer.grow(communities)
    few = communities.triples[:5]
    with pytest.raises(TrainingError, match="turned"):
        diagnose(trainer.model, trainer.model, few, few)


def test_a_learner_takes_a_snapshot_without_training(communities):
    before, after = later(communities)
    learner = Learner(Plan(replace(CONFIG, encoder="inductive"), first_epochs=1, next_epochs=0))
    learner.learn(before)
    rows = tensors(learner.trainer)[0]
    step = learner.learn(after)
    assert (step.epochs, step.edges, learner.trainer.epochs_done) == (0, 0, 1)
    assert torch.equal(learner.trainer.model.entities[: len(rows)], rows)
    assert np.array_equal(learner.trainer.model.edges.numpy(), after.triples)
