"""One contract for every model; ComplEx by hand."""

import inspect
import math

import numpy as np
import pytest
import torch

from embeddings.encoders import MessageEncoder
from embeddings.geometric import geometric
from embeddings.gradients import edge_gradients
from embeddings.inductive import InductiveEncoder
from embeddings.models import Model
from embeddings.scoring import BY_NAME, ComplEx, DistMult, RotatE, TransE
from embeddings.tensors import EdgeTable, Vocabulary


def subclasses(kind):
    for sub in kind.__subclasses__():
        yield sub
        yield from subclasses(sub)


@pytest.fixture(
    params=[kind for kind in subclasses(Model) if not inspect.isabstract(kind)],
    ids=lambda kind: kind.__name__,
)
def model(request):
    return made(request.param)


H, R, T = (torch.tensor(rows) for rows in ([0, 1, 2, 5], [0, 1, 1, 0], [3, 4, 2, 0]))
EDGES = np.array([[0, 0, 3], [0, 1, 3], [1, 1, 4], [2, 1, 2], [4, 0, 0], [5, 0, 3]])
WORDS = Vocabulary(tuple("abcdef"), tuple("rs"))


def made(kind):
    """A model of 6 entities and 2 relations in which every parameter counts."""
    generator = torch.Generator().manual_seed(1)
    options = {"initial_scale": 0.5, "generator": generator}
    if not issubclass(kind, MessageEncoder):
        return kind(6, 2, rank=3, **options).double()
    text = {"text": 2} if kind is InductiveEncoder else {}
    model = kind(ComplEx(6, 2, rank=3, **options), 2, generator, **text)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if not name.startswith("decoder"):
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
    model.see(seen(EDGES))
    return model.double()


def seen(triples, order=slice(None)):
    features = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)[order]
    return EdgeTable(WORDS, triples, (("", "", ""),) * len(triples), features=features)


class TestContract:
    def test_embed_has_a_row_per_entity(self, model):
        assert model.embed().shape[0] == 6

    def test_a_score_is_its_entry_among_all_tails(self, model):
        all_tails = model.score_tails(H, R)
        assert all_tails.shape == (4, 6)
        torch.testing.assert_close(all_tails[torch.arange(4), T], model.score(H, R, T))

    def test_heads_are_ranked_by_the_reciprocal_relation(self, model):
        torch.testing.assert_close(model.score_heads(R, T), model.score_all(T, 2 * R + 1))

    def test_relations_are_matched_as_edges_are_scored(self, model):
        vectors = model.embed()
        found = model.match_relations(vectors[H], vectors[T], model.relations[0::2])
        torch.testing.assert_close(found[torch.arange(4), R], model.score(H, R, T))

    def test_renaming_entities_renames_the_scores(self, model):
        order = torch.randperm(6, generator=torch.Generator().manual_seed(3))
        place = torch.argsort(order)
        before = model.score_tails(H, R).detach()
        with torch.no_grad():
            model.entities.copy_(model.entities[order].clone())
        renamed = EDGES.copy()
        renamed[:, [0, 2]] = place.numpy()[EDGES[:, [0, 2]]]
        model.see(seen(renamed, order.numpy()))
        torch.testing.assert_close(model.score_tails(place[H], R), before[:, order])

    def test_growing_keeps_every_row_bit_for_bit(self, model):
        model.float()
        before = [p.detach().clone() for p in model.parameters()]
        scores = model.score(H, R, T).detach()
        model.grow(9, 3, torch.Generator().manual_seed(0))
        assert model.embed().shape[0] == 9
        for old, new in zip(before, model.parameters(), strict=True):
            assert torch.equal(new[: len(old)], old)
        torch.testing.assert_close(model.score(H, R, T), scores, rtol=1e-6, atol=1e-6)

    def test_vectors_for_a_batch_are_those_of_the_graph_without_its_ends(self, model):
        model.masked = 0.0
        one, other = torch.tensor([3, 5]), torch.tensor([0, 3])
        found = model.embed_for(one, other, torch.Generator())
        # 0 and 3 are joined twice, 5 and 3 once.
        model.see(seen(EDGES[2:5]))
        torch.testing.assert_close(found, model.embed())

    def test_gradients_agree_with_finite_differences(self, model):
        parameters = tuple(model.parameters())

        def total(*values):
            swapped = dict(zip(dict(model.named_parameters()), values, strict=True))
            return torch.func.functional_call(
                _All(model), {f"m.{k}": v for k, v in swapped.items()}, ()
            )

        assert torch.autograd.gradcheck(total, parameters, fast_mode=not model.row_local)

    def test_gradients_written_out_are_those_of_autograd(self, model):
        vectors = model.embed().detach()
        queries = model.query(vectors[H], 2 * R).detach()
        queries[2] = vectors[T[2]]  # no distance from its target
        scores, pairs = model.match(queries, vectors), model.match_pairs(queries, vectors[T])
        asked = {
            "transform_gradients": (vectors[H], model.relations.detach()[2 * R], queries.flip(0)),
            "match_gradients": (queries, vectors, scores, scores.sin()),
        }
        for name, inputs in asked.items():
            found, expected = getattr(model, name)(*inputs), getattr(Model, name)(model, *inputs)
            for ours, theirs in zip(found, expected, strict=True):
                torch.testing.assert_close(ours, theirs.detach())
        found, expected = [], []
        for owner, kept in ((type(model), found), (Model, expected)):
            at_queries = queries.cos()
            inputs = (queries, vectors[T], pairs, pairs.sin() + 1, at_queries)
            kept += [owner.pair_gradients(model, *inputs), at_queries]
        torch.testing.assert_close(found, expected)

    def test_edge_gradients_agree_with_finite_differences(self, model):
        triples = torch.stack((H, R, T), dim=1)[:2]
        at_head, at_tail = edge_gradients(model, triples.numpy())
        candidates = model.embed().detach().clone()
        for row, (h, r, t) in enumerate(triples.tolist()):
            for own, other, directed, back, gradient in (
                (h, t, 2 * r, 2 * r + 1, at_head[row]),
                (t, h, 2 * r + 1, 2 * r, at_tail[row]),
            ):
                for i in range(3):
                    step = torch.zeros(candidates.shape[1], dtype=torch.double)
                    step[i] = 1e-5
                    high, low = (
                        _edge_loss(
                            model, candidates, candidates[own] + s, own, other, directed, back
                        )
                        for s in (step, -step)
                    )
                    assert math.isclose(
                        (high - low) / 2e-5, gradient[i], rel_tol=1e-4, abs_tol=1e-6
                    )


class _All(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.m = model

    def forward(self):
        return self.m.score_all(H, 2 * R).logsumexp(1).sum() + self.m.penalty(H, 2 * R, T)


def _edge_loss(model, candidates, vector, own, other, directed, back):
    """-log p(other | own) - log p(own | other) with the own row held still as a candidate."""
    with torch.no_grad():
        out = model.query(vector[None], torch.tensor([directed]))
        scores = model.match(out, candidates)[0]
        there = torch.logsumexp(scores, 0) - scores[other]
        into = model.query(candidates[other][None], torch.tensor([back]))
        scores = model.match(into, candidates)[0]
        scores[own] = model.match_pairs(into, vector[None])[0]
        return float(there + torch.logsumexp(scores, 0) - scores[own])


def by_hand(kind=ComplEx, relations=((2.0, 1.0), (0.0, 1.0))):
    model = kind(2, 1, rank=2 if kind in (DistMult, TransE) else 1)
    with torch.no_grad():
        model.entities.copy_(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
        model.relations.copy_(torch.tensor(relations))
    return model


def test_complex_score_by_hand():
    # (1+2i)(2+i) = 5i; Re(5i * conj(3-i)) = Re(5i(3+i)) = -5; against itself Re(5i(1-2i)) = 10.
    scores = by_hand().score_tails(torch.tensor([0]), torch.tensor([0]))
    assert scores.tolist() == [[10.0, -5.0]]
    # (3-i) i = 1+3i; Re((1+3i) conj(1+2i)) = 7, Re((1+3i)(3+i)) = 0.
    assert by_hand().score_heads(torch.tensor([0]), torch.tensor([1])).tolist() == [[7.0, 0.0]]


@pytest.mark.parametrize(
    ("kind", "relations", "expected"),
    [
        # 1*2*1 + 2*1*2 and 1*2*3 + 2*1*(-1).
        (DistMult, ((2.0, 1.0), (0.0, 1.0)), [6.0, 4.0]),
        # (3, 3) - (1, 2) = (2, 1) and (3, 3) - (3, -1) = (0, 4).
        (TransE, ((2.0, 1.0), (0.0, 1.0)), [-(5**0.5), -4.0]),
        # i (1+2i) = -2+i: -3-i from 1+2i, -5+2i from 3-i.
        (RotatE, ((math.pi / 2,), (0.0,)), [-(10**0.5), -(29**0.5)]),
    ],
)
def test_other_scores_by_hand(kind, relations, expected):
    scores = by_hand(kind, relations).score_tails(torch.tensor([0]), torch.tensor([0]))
    assert scores[0].tolist() == pytest.approx(expected, rel=1e-5)


def test_regularisers_by_hand():
    # Cubed moduli: |1+2i|^3 = 5^1.5, |2+i|^3 = 5^1.5, |3-i|^3 = 10^1.5.
    penalty = by_hand().penalty(torch.tensor([0]), torch.tensor([0]), torch.tensor([1]))
    assert float(penalty.detach()) == pytest.approx(2 * 5**1.5 + 10**1.5, rel=1e-6)
    model = by_hand()
    rows = model.entities[:1], model.relations[:1], model.entities[1:]
    assert float(model.regularise(*rows, power=2).detach()) == pytest.approx(5 + 5 + 10)


@pytest.mark.parametrize("name", ["TransE", "DistMult", "ComplEx", "RotatE"])
def test_scores_are_those_of_torch_geometric(name):
    kge = geometric("nn.kge")
    ours = BY_NAME[name.lower()](5, 3, rank=4, initial_scale=0.7)
    settings = {"TransE": {"p_norm": 2.0}, "RotatE": {"margin": 0.0}}.get(name, {})
    theirs = getattr(kge, name)(5, 3, 4, **settings)
    with torch.no_grad():
        if name == "TransE":
            # torch_geometric normalises the entities on the way.
            ours.entities.div_(ours.entities.norm(dim=1, keepdim=True))
        split = name in ("ComplEx", "RotatE")
        parts = ours.entities.unflatten(1, (-1, 2)).unbind(2) if split else (ours.entities, None)
        real, imaginary = parts
        theirs.node_emb.weight.copy_(real)
        if imaginary is not None:
            theirs.node_emb_im.weight.copy_(imaginary)
        rows = ours.relations[0::2]
        if name == "ComplEx":
            theirs.rel_emb.weight.copy_(rows[:, 0::2])
            theirs.rel_emb_im.weight.copy_(rows[:, 1::2])
        else:
            theirs.rel_emb.weight.copy_(rows)
    edges = torch.tensor([[0, 1, 4], [2, 0, 1], [3, 3, 0]])
    torch.testing.assert_close(ours.score(*edges), theirs(*edges))
