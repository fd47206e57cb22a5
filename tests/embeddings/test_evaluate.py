"""Ranks by brute force and by hand, protocols, transfer, and the diagnosis of forgetting."""

import numpy as np
import pytest
import torch

from embeddings.evaluate import (
    by_category,
    by_relation,
    categories,
    filtered_ranks,
    metrics,
    rank_bounds,
)
from embeddings.scoring import ComplEx, DistMult
from embeddings.tensors import table_from_triples
from embeddings.train import TrainConfig, Trainer
from embeddings.transfer import (
    Probe,
    corrected_protocol,
    diagnose,
    kept,
    published_protocol,
    shuffled_relations,
    transfer,
    without_features,
)


def brute(model, triples, known, candidates):
    true = {tuple(row) for row in np.concatenate((known, triples)).tolist()}
    found = [[], []]
    for h, r, t in triples.tolist():
        for side in (0, 1):
            directed = 2 * r + side
            asked = torch.tensor([(h, t)[side]]), torch.tensor([directed])
            scores = model.score_all(*asked)[0].detach()
            own = (t, h)[side]
            others = [
                float(scores[c])
                for c in range(candidates)
                if c != own and ((h, r, c) if side == 0 else (c, r, t)) not in true
            ]
            better = sum(score > float(scores[own]) for score in others)
            level = sum(score == float(scores[own]) for score in others)
            found[side].append((1 + better, 1 + better + level))
    return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_ranks_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    model = DistMult(12, 2, rank=2)
    with torch.no_grad():
        # Few values, so that there are ties.
        model.entities.copy_(torch.from_numpy(rng.integers(0, 3, (12, 2))).float())
        model.relations.copy_(torch.from_numpy(rng.integers(1, 3, (4, 2))).float())
    triples = rng.integers(0, (9, 2, 9), (25, 3))
    known = rng.integers(0, (12, 2, 12), (60, 3))
    for candidates in (9, 12):
        bounds = rank_bounds(model, triples, known, batch_size=5, candidates=candidates)
        expected = brute(model, triples, known, candidates)
        assert (bounds.optimistic == expected[:, :, 0]).all()
        assert (bounds.pessimistic == expected[:, :, 1]).all()
        assert (bounds.realistic == expected.mean(axis=2)).all()
    assert (bounds.realistic == filtered_ranks(model, triples, known)).all()


def test_categories_by_hand():
    known = np.array([[0, 0, 1], [2, 1, 0], [2, 1, 1], [2, 2, 5], [3, 2, 5], [4, 2, 5]])
    assert categories(known) == {0: "1-1", 1: "1-N", 2: "N-1"}
    ranks = np.array([[1.0, 2.0], [4.0, 8.0]])
    found = by_category(known[[0, 3]], ranks, known)
    assert found["1-1"][0].mrr == 1
    assert found["N-1"][1].mrr == 1 / 8
    assert by_relation(known[[0, 3]], ranks)[2].mrr == pytest.approx((1 / 2 + 1 / 8) / 2)


def test_transfer_by_hand():
    scores = np.array([[0.5, 0.1, 0.0], [0.4, 0.6, 0.2], [0.3, 0.5, 0.7]])
    found = transfer(scores)
    assert found.backward == pytest.approx((-0.2 - 0.1) / 2)
    assert found.forward == pytest.approx((0.1 + 0.2) / 2)
    assert transfer(scores[:1, :1]).backward == 0


def test_the_protocols_differ_by_entities_that_came_later():
    model = ComplEx(4, 1, rank=1)
    with torch.no_grad():
        # The score of (h, r, t) is h * t; entity 3 came with the second snapshot.
        model.entities.copy_(torch.tensor([[1.0, 0], [4.0, 0], [3.0, 0], [5.0, 0]]))
        model.relations.copy_(torch.tensor([[1.0, 0], [1.0, 0]]))
    first, second = np.array([[0, 0, 1]]), np.array([[0, 0, 3]])
    later = np.array([[0, 0, 3], [0, 0, 1], [1, 0, 1]])
    probes = (Probe(first, first, 3), Probe(second, later, 4))
    # Tail: 4 is first of 1, 4, 3; head by 4: 4, 16, 12 puts entity 0 last.
    assert published_protocol(model, probes).each[0].mrr == pytest.approx((1 + 1 / 3) / 2)
    # The tail 3 is filtered as known now; as head it scores 20, and head 1 is known now.
    assert corrected_protocol(model, probes).each[0].mrr == pytest.approx((1 + 1 / 3) / 2)
    unfiltered = (Probe(first, first, 3), Probe(second[:0], second[:0], 4))
    assert corrected_protocol(model, unfiltered).each[0].mrr == pytest.approx((1 / 2 + 1 / 4) / 2)
    assert published_protocol(model, probes).all.count == 4


@pytest.fixture(scope="module")
def trained(communities):
    trainer = Trainer(TrainConfig(rank=16, batch_size=128, grouped=True))
    trainer.fit(communities, 12)
    return trainer


def test_a_turned_model_is_told_from_one_that_forgot(trained, communities):
    test = communities.triples[::20]
    turned, spoilt = trained.copy().model, trained.copy().model
    random = torch.randn(32, 32, generator=torch.Generator().manual_seed(0))
    q, _ = torch.linalg.qr(random)
    with torch.no_grad():
        turned.entities.copy_(turned.entities @ q)
        spoilt.entities.copy_(spoilt.entities[torch.randperm(len(spoilt.entities))])
    only_turned = diagnose(trained.model, turned, test, communities.triples)
    assert only_turned.aligned == pytest.approx(only_turned.then, abs=0.01)
    assert only_turned.now < only_turned.then / 2
    lost = diagnose(trained.model, spoilt, test, communities.triples)
    assert lost.aligned < lost.then / 2


def test_edges_are_sorted_by_what_a_change_did_to_them(trained, communities):
    before = communities.triples
    added = np.array([[0, 0, 7], [1, 1, 9]])
    after = np.concatenate((before[2:], added))
    found = kept(trained.model, before, after)
    parts = (found.retained, found.updated, found.acquired, found.withdrawn)
    assert [part.count for part in parts][2:] == [4, 4]
    assert sum(part.count for part in parts[:2]) == 2 * (len(before) - 2)
    assert found.updated.count > 0
    assert found.retained.mrr > 2 * found.acquired.mrr


def test_null_models_know_nothing(trained, communities):
    test = communities.triples[::5]

    def mrr(model):
        return metrics(filtered_ranks(model, test, communities.triples)).mrr

    assert mrr(without_features(trained.model)) < 0.3 * mrr(trained.model)
    dealt = shuffled_relations(communities.triples)
    other = Trainer(trained.config)
    other.fit(table_from_triples(dealt, communities.vocabulary), 12)
    assert mrr(other.model) < 0.7 * mrr(trained.model)
