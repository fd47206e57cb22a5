"""The first snapshot of a CKGE set as rows of a vocabulary."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from embeddings.tensors import EdgeTable, Vocabulary, table_from_triples
from graph.vocabulary import TOKEN


def ckge_table(folder: Path, snapshot: int = 0) -> EdgeTable:
    """All triples (train, valid, test) of one snapshot of an unpacked CKGE set."""
    lines = [
        [TOKEN + part for part in line.split("\t")]
        for name in ("train", "valid", "test")
        for line in (folder / str(snapshot) / f"{name}.tsv").read_text().splitlines()
    ]
    vocabulary = Vocabulary().extended(
        (node for h, _, t in lines for node in (h, t)), (r for _, r, _ in lines)
    )
    rows, relations = vocabulary.entity_rows, vocabulary.relation_rows
    triples = np.array([(rows[h], relations[r], rows[t]) for h, r, t in lines])
    return table_from_triples(triples, vocabulary)
