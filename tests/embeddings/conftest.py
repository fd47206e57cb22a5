"""A small graph with planted structure: communities whose members share typed neighbours."""

import numpy as np
import pytest
import torch

from embeddings.tensors import Vocabulary, table_from_triples


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    torch.set_num_threads(1)


MEMBERS, GROUPS = 30, 6


def goal(home, relation):
    """The community that a relation leads to from another."""
    return (home * (relation + 2) + relation + 1) % GROUPS


def community_triples(seed, relations=4, degree=8):
    """Each relation leads from a community to one other; heads draw tails there."""
    rng = np.random.default_rng(seed)
    size = GROUPS * MEMBERS
    rows = []
    for head in range(size):
        for _ in range(degree):
            relation = int(rng.integers(relations))
            first = goal(head // MEMBERS, relation) * MEMBERS
            rows.append((head, relation, first + int(rng.integers(MEMBERS))))
    return np.array(rows), size, relations


@pytest.fixture(scope="session")
def communities():
    triples, size, relations = community_triples(0)
    vocabulary = Vocabulary(
        tuple(f"urn:e{i:04d}" for i in range(size)), tuple(f"urn:r{i}" for i in range(relations))
    )
    return table_from_triples(triples, vocabulary)


def moved_between_communities(table, planted, controls, seed):
    """Planted nodes get half their edges from the next community, controls others of their own."""
    rng = np.random.default_rng(seed)
    triples = table.triples.copy()
    for node in (*planted, *controls):
        home = (node // MEMBERS + (node in planted)) % GROUPS
        own = np.flatnonzero(triples[:, 0] == node)
        for i in own[: len(own) // 2]:
            first = goal(home, triples[i, 1]) * MEMBERS
            triples[i, 2] = first + rng.integers(MEMBERS)
    return table_from_triples(triples, table.vocabulary)
