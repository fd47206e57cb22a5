"""Edges out of statements, and rows that stay."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from embeddings.tensors import MODEL, SOURCE, EdgeRule, Vocabulary, read_edges
from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import (
    CLASS,
    CONSIDER,
    EQUIVALENT_CLASS,
    LABEL,
    OBJECT_PROPERTY,
    ONTOLOGY,
    RDF_TYPE,
    REPLACED_BY,
    SUBCLASS_OF,
)

PART = "urn:part-of"


def names(table):
    v = table.vocabulary
    return {(v.entities[h], v.relations[r], v.entities[t]) for h, r, t in table.triples}


def edge(s, p, o, *qualifiers):
    return Statement(s, p, o, tuple(qualifiers))


def test_importing_the_room_does_not_import_torch():
    code = "import embeddings, sys; raise SystemExit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_edges_between_entities_are_kept():
    snapshot = MemorySnapshot(
        [
            edge("urn:a", SUBCLASS_OF, "urn:b"),
            edge("urn:a", PART, "urn:c"),
            edge("urn:a", RDF_TYPE, CLASS),
            edge("urn:i", RDF_TYPE, "urn:b"),
            edge("urn:a", LABEL, Literal("a")),
            edge("urn:a", REPLACED_BY, "urn:b"),
            edge("urn:a", CONSIDER, "urn:c"),
            edge("urn:o", RDF_TYPE, ONTOLOGY),
            edge("urn:o", "urn:about", "urn:a"),
            edge(PART, RDF_TYPE, OBJECT_PROPERTY),
            edge(PART, SUBCLASS_OF, "urn:a"),
            edge("urn:c", PART, "urn:b", Qualifier(SOURCE, MODEL + ":complex")),
        ]
    )
    assert names(read_edges(snapshot)) == {
        ("urn:a", SUBCLASS_OF, "urn:b"),
        ("urn:a", PART, "urn:c"),
        ("urn:i", RDF_TYPE, "urn:b"),
    }
    asked = read_edges(
        snapshot, rule=EdgeRule(model_statements=True, exclude=frozenset({RDF_TYPE}))
    )
    assert ("urn:c", PART, "urn:b") in names(asked)
    assert ("urn:i", RDF_TYPE, "urn:b") not in names(asked)


def test_an_intersection_entails_genus_and_differentia_and_names_its_statement():
    tree = Expression(
        "ObjectIntersectionOf",
        ("urn:genus", Expression("ObjectSomeValuesFrom", (PART, "urn:whole"))),
    )
    definition = edge("urn:a", EQUIVALENT_CLASS, tree)
    table = read_edges(MemorySnapshot([definition, edge("urn:a", SUBCLASS_OF, "urn:genus")]))
    assert names(table) == {("urn:a", SUBCLASS_OF, "urn:genus"), ("urn:a", PART, "urn:whole")}
    # The asserted edge stands for itself, the entailed one for the definition.
    assert set(table.statements) == {("urn:a", SUBCLASS_OF, "urn:genus"), definition.key}
    assert not read_edges(MemorySnapshot([definition]), rule=EdgeRule(expressions=False)).statements


def test_rows_stay_are_appended_and_are_not_reused():
    first = read_edges(MemorySnapshot([edge("urn:m", PART, "urn:z")]))
    second = read_edges(
        MemorySnapshot([edge("urn:a", PART, "urn:z"), edge("urn:a", "urn:q", "urn:b")]),
        first.vocabulary,
    )
    assert second.vocabulary.entities == ("urn:m", "urn:z", "urn:a", "urn:b")
    assert second.vocabulary.relations == (PART, "urn:q")
    assert second.live().tolist() == [1, 2, 3]
    assert second.degrees().tolist() == [0, 1, 2, 1]


def test_data_is_what_torch_geometric_expects():
    table = read_edges(
        MemorySnapshot([edge("urn:a", PART, "urn:b"), edge("urn:b", "urn:q", "urn:a")])
    )
    data = table.data()
    assert data.validate()
    assert data.edge_index.tolist() == [[0, 1], [1, 0]]
    assert data.edge_type.tolist() == [0, 1]
    assert data.edge_index.dtype == torch.int64
    assert (data.num_nodes, data.num_relations) == (2, 2)


def test_an_empty_snapshot_has_an_empty_table():
    table = read_edges(MemorySnapshot([]))
    assert len(table) == 0
    assert table.triples.shape == (0, 3)
    assert table.vocabulary == Vocabulary()


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_statements_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    statements = [edge(f"urn:{i}", PART, f"urn:{j}") for i, j in rng.integers(0, 9, (30, 2))]
    once, again = (
        read_edges(MemorySnapshot(statements)),
        read_edges(MemorySnapshot(statements[::-1])),
    )
    assert once.statements == again.statements
    assert (once.triples == again.triples).all()
