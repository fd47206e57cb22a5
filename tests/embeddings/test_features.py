"""Text, numbers and times as features; splits that do not leak."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import TrainingError
from embeddings.features import FeatureRule, entity_features, graph_data, hetero_data, valid_times
from embeddings.splits import SplitRule, split
from embeddings.tensors import Vocabulary, edge_keys, read_edges, table_from_triples
from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import DEFINITION, LABEL, VALID_FROM, VALID_TO

P, Q, MASS = "urn:p", "urn:q", "urn:mass"


@pytest.fixture(scope="module")
def snapshot():
    def held(start, end):
        pairs = ((VALID_FROM, start), (VALID_TO, end))
        return tuple(Qualifier(p, Literal(value)) for p, value in pairs if value)

    return MemorySnapshot(
        [
            Statement("urn:a", P, "urn:b", held("1970-01-02", "1970-01-11T12:00:00+00:00")),
            Statement("urn:b", P, "urn:c", held("", "soon")),
            Statement("urn:c", Q, "urn:a"),
            Statement("urn:a", LABEL, Literal("left kidney")),
            Statement("urn:b", LABEL, Literal("right kidney")),
            Statement("urn:b", DEFINITION, Literal("The kidney on the right.")),
            Statement("urn:a", MASS, Literal("3.0")),
            Statement("urn:b", MASS, Literal("5.0")),
            Statement("urn:c", MASS, Literal("heavy")),
        ]
    )


def test_texts_and_numbers_are_features(snapshot):
    table = read_edges(snapshot)
    x = entity_features(snapshot, table, FeatureRule(width=512, numbers=(MASS,)))
    assert x.shape == (3, 514)
    a, b, c = x
    assert np.linalg.norm(a[:512]) == pytest.approx(1)
    assert 0.3 < float(a[:512] @ b[:512]) < 1
    assert not c.any()
    assert x[:, 512].tolist() == [-1, 1, 0]
    assert x[:, 513].tolist() == [1, 1, 0]
    assert entity_features(snapshot, table, FeatureRule(width=0)).shape == (3, 0)


def test_valid_time_is_in_days_and_open_where_none_is_told(snapshot):
    table = read_edges(snapshot)
    times = dict(zip(table.statements, valid_times(snapshot, table).tolist(), strict=True))
    assert times["urn:a", P, "urn:b"] == [1.0, 10.5]
    assert times["urn:b", P, "urn:c"] == [-np.inf, np.inf]
    assert times["urn:c", Q, "urn:a"] == [-np.inf, np.inf]


def test_inverses_are_the_second_half(snapshot):
    table = read_edges(snapshot)
    data = graph_data(snapshot, table)
    assert data.validate()
    assert data.num_relations == 4
    assert data.edge_index.tolist() == [[0, 1, 2, 1, 2, 0], [1, 2, 0, 0, 1, 2]]
    assert data.edge_type.tolist() == [0, 0, 2, 1, 1, 3]
    assert data.edge_attr.shape == (6, 2)
    assert data.x.shape == (3, 256)
    plain = graph_data(snapshot, table, inverses=False)
    assert plain.num_edges == 3


def test_hetero_data_has_a_store_for_each_relation_and_its_inverse(snapshot):
    data = hetero_data(snapshot, read_edges(snapshot))
    assert data.validate()
    assert {kind[1] for kind in data.edge_types} == {P, Q, f"rev_{P}", f"rev_{Q}"}
    assert data["entity", Q, "entity"].edge_index.tolist() == [[2], [0]]
    assert torch.equal(
        data["entity", f"rev_{P}", "entity"].edge_index,
        data["entity", P, "entity"].edge_index.flip(0),
    )


EDGES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(0, 12)), min_size=1, max_size=80
)


def named(edges):
    words = Vocabulary(tuple(f"urn:{i}" for i in range(13)), (P, Q, MASS))
    return table_from_triples(np.array(edges), words)


@given(EDGES, st.integers(0, 3))
@settings(max_examples=40)
def test_no_pair_is_in_two_parts_and_training_knows_everything(edges, seed):
    table = named(edges)
    parts = split(table, SplitRule(0.3, 0.3, seed))
    arrays = (parts.train, parts.valid, parts.test)
    assert sorted(edge_keys(np.concatenate(arrays))) == sorted(table.keys())
    pairs = [{frozenset((h, t)) for h, _, t in part.tolist()} for part in arrays]
    assert not pairs[0] & pairs[1]
    assert not pairs[0] & pairs[2]
    assert not pairs[1] & pairs[2]
    assert set(table.live().tolist()) == set(parts.train[:, [0, 2]].ravel().tolist())
    assert set(table.triples[:, 1].tolist()) == set(parts.train[:, 1].tolist())


def test_edges_keep_their_part_when_others_come(communities):
    few = table_from_triples(communities.triples[::2], communities.vocabulary)
    early, late = (split(table, SplitRule(0.1, 0.1)) for table in (few, communities))
    assert 0.06 < len(late.test) / len(communities) < 0.14
    stays = np.isin(edge_keys(early.test), edge_keys(late.test))
    assert stays.mean() > 0.99
    with pytest.raises(TrainingError, match="leave"):
        SplitRule(0.5, 0.5)
