"""The first snapshot of a CKGE benchmark set as rows of a vocabulary."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Final

import numpy as np

from embeddings.tensors import EdgeTable, Vocabulary, table_from_triples
from graph.vocabulary import TOKEN

#: Where the real input lies beside a checkout.
ENTITY: Final = Path(__file__).parents[3] / "shared" / "data" / "ckge" / "ENTITY.tar.xz"


def ckge_table(archive: Path, snapshot: int = 0) -> EdgeTable:
    """All triples (train, valid, test) of one snapshot of a CKGE set in its archive."""
    texts: list[str] = []
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            file = tar.extractfile(member)
            if file is not None and Path(member.name).parent.name == str(snapshot):
                texts.append(file.read().decode())
    lines = [
        [TOKEN + part for part in line.split("\t")] for text in texts for line in text.splitlines()
    ]
    vocabulary = Vocabulary().extended(
        (node for h, _, t in lines for node in (h, t)), (r for _, r, _ in lines)
    )
    rows, relations = vocabulary.entity_rows, vocabulary.relation_rows
    triples = np.array([(rows[h], relations[r], rows[t]) for h, r, t in lines])
    return table_from_triples(triples, vocabulary)
