"""Suspicions in words: what the counts say against a statement, the strongest first."""

import pytest

from embeddings.denoise import Suspicion
from embeddings.evidence import Counts
from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.vocabulary import LABEL
from kgdelta.suspicions import tell

SNAPSHOT = MemorySnapshot(
    [
        Statement("urn:kgdelta:token:a", LABEL, Literal("apple")),
        Statement("urn:kgdelta:token:p", LABEL, Literal("part of")),
    ]
)
#: Edges of the relation, of head and relation, of relation and tail, of head, of tail, between the
#: two; support of tail and head; what is said.
TOLD = [
    ((50, 0, 3, 4, 9, 0, 0.5, 0.0), ["'apple' has no other 'part of'"]),
    (
        (50, 0, 0, 4, 9, 0, 0.0, 0.0),
        ["nothing else has 'part of' urn:b", "'apple' has no other 'part of'"],
    ),
    ((50, 2, 3, 4, 9, 0, 0.01, 0.9), ["hardly anything like 'apple' has 'part of' urn:b"]),
    ((50, 2, 3, 4, 9, 0, 0.9, 0.01), ["'apple' has hardly any 'part of' like urn:b"]),
    ((50, 2, 3, 4, 9, 1, 0.9, 0.9), ["1 other statement between the two"]),
    ((50, 0, 3, 0, 9, 0, 0.9, 0.0), ["nothing else is said of 'apple'"]),
    ((5, 0, 0, 4, 9, 0, 0.0, 0.0), []),
]


@pytest.mark.parametrize(("counts", "reasons"), TOLD)
def test_reasons(counts, reasons):
    row = Suspicion(
        "urn:kgdelta:token:a", "urn:kgdelta:token:p", "urn:b", 0.5, 0.5, Counts(*counts), None
    )
    told = tell([row], SNAPSHOT)[0]
    assert list(told.reasons) == reasons
    assert told.subject.startswith("apple (")
    assert told.object == "urn:b"
