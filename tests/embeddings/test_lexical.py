"""Lexical evidence: what is named and defined after its parent is believed, texts are optional."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.denoise import denoise, denoise_table
from embeddings.denoise_results import DenoiseConfig
from embeddings.errors import TrainingError
from embeddings.lexical import LexicalEvidence, Lexicon
from embeddings.tensors import read_edges
from embeddings.texts import Texts, plain, read_texts
from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.vocabulary import DEFINITION, EXACT_SYNONYM, LABEL, SUBCLASS_OF

#: Features of the comparison k of the tail: value, lead over the best rival, z, rivals above.
STATISTICS = 4
IN_LABEL, IN_GENUS = 6, 7


def taxonomy(kinds=12, members=14, wrong=0):
    """Kinds whose members are called and defined after them; ``wrong`` members are elsewhere."""
    rows, misplaced = [], set()
    for k in range(kinds):
        kind = f"urn:k{k}"
        rows += [
            Statement(kind, LABEL, Literal(f"sort{k} quality")),
            Statement(kind, SUBCLASS_OF, "urn:root"),
        ]
        for m in range(members):
            member, parent = f"urn:k{k}m{m}", kind
            if len(misplaced) < wrong and m == 0:
                parent = f"urn:k{(k + 5) % kinds}"
                misplaced.add((member, SUBCLASS_OF, parent))
            rows += [
                Statement(member, LABEL, Literal(f"thing{m * kinds + k} sort{k} quality")),
                Statement(member, DEFINITION, Literal(f"A sort{k} quality that has {m}.")),
                Statement(member, SUBCLASS_OF, parent),
            ]
    rows.append(Statement("urn:root", LABEL, Literal("quality")))
    return MemorySnapshot(rows), misplaced


def test_texts_are_plain_words_by_row():
    snapshot = MemorySnapshot(
        [
            Statement("urn:a", LABEL, Literal("Red_Blood  cell (RBC)")),
            Statement("urn:a", EXACT_SYNONYM, Literal("Erythrocyte")),
            Statement("urn:a", DEFINITION, Literal("A cell, that carries O2.")),
            Statement("urn:a", SUBCLASS_OF, "urn:b"),
        ]
    )
    texts = read_texts(snapshot, read_edges(snapshot))
    assert texts == Texts(
        ("red blood cell rbc", ""), (("erythrocyte",), ()), ("a cell that carries o2", "")
    )
    assert plain("  ") == ""


def test_a_graph_where_few_have_a_label_has_no_texts():
    rows = [Statement(f"urn:{i}", SUBCLASS_OF, f"urn:{i + 1}") for i in range(9)]
    rows.append(Statement("urn:0", LABEL, Literal("nought")))
    assert read_texts(MemorySnapshot(rows), read_edges(MemorySnapshot(rows))) is None


def test_a_name_within_a_text_by_hand():
    texts = Texts(
        ("white cell", "white cell count", "count"),
        ((), (), ("number of",)),
        ("", "a count of cells", ""),
    )
    evidence = LexicalEvidence(Lexicon(texts), np.array([[0, 0, 2], [2, 0, 0]]), 1)
    features = evidence.features(np.array([[1, 0, 0], [1, 0, 2]]))
    longer, shorter = features[:, IN_LABEL * STATISTICS : (IN_LABEL + 1) * STATISTICS]
    # "white cell" has two words: 4, "count" one: 1; each is the other's rival.
    assert (longer[0], longer[1], longer[3]) == (4, 3, 0)
    assert (shorter[0], shorter[1]) == (1, -3)
    assert shorter[3] == pytest.approx(np.log(2))
    genus = features[:, IN_GENUS * STATISTICS]
    assert genus.tolist() == [0, 1]


def test_evidence_does_not_ask_in_which_order_entities_are():
    snapshot, _ = taxonomy(4, 5)
    table = read_edges(snapshot)
    texts = read_texts(snapshot, table)
    order = np.random.default_rng(0).permutation(table.num_entities)
    place = np.argsort(order)
    moved = Texts(
        *(
            tuple(part[i] for i in order)
            for part in (texts.labels, texts.synonyms, texts.definitions)
        )
    )
    triples = table.triples.copy()
    triples[:, [0, 2]] = place[triples[:, [0, 2]]]
    asked = slice(0, 8)
    here = LexicalEvidence(Lexicon(texts), table.triples[8:], 1).features(table.triples[asked])
    there = LexicalEvidence(Lexicon(moved), triples[8:], 1).features(triples[asked])
    np.testing.assert_allclose(here, there, rtol=1e-3, atol=1e-3)


def test_members_in_the_wrong_place_stand_out():
    snapshot, misplaced = taxonomy(wrong=8)
    rows = denoise(snapshot).rows
    first = {(row.subject, row.predicate, row.object) for row in rows[: len(misplaced)]}
    assert len(first & misplaced) >= 7
    silent = denoise(snapshot, DenoiseConfig(lexical=False)).rows
    first = {(row.subject, row.predicate, row.object) for row in silent[: len(misplaced)]}
    assert len(first & misplaced) < 4


def test_without_texts_edges_alone_are_evidence(communities):
    config = DenoiseConfig(folds=2)
    rows = [Statement(*key) for key in communities.statements]
    plain_rows = denoise_table(communities, config).rows
    assert denoise(MemorySnapshot(rows), config).rows == plain_rows
    assert denoise_table(communities, replace(config, replacing=1.0)).rows == plain_rows


def test_shares_that_are_none_are_refused():
    with pytest.raises(TrainingError, match="replacing"):
        DenoiseConfig(replacing=1.5)
