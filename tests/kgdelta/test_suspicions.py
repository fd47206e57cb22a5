"""Suspicions in words: what the counts say against a statement, the strongest first."""

import pytest

from embeddings.denoise_results import Suspicion
from embeddings.evidence import Counts
from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.vocabulary import LABEL
from kgdelta.suspicions import ToldSuspicion, tell

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


def row(counts, company=None, closer=None):
    return Suspicion(
        "urn:kgdelta:token:a",
        "urn:kgdelta:token:p",
        "urn:b",
        posterior=0.5,
        odds=0.5,
        counts=Counts(*counts),
        loss=None,
        company=company,
        closer=closer,
        edge=0,
    )


@pytest.mark.parametrize(("counts", "reasons"), TOLD)
def test_reasons(counts, reasons):
    told = tell([row(counts)], SNAPSHOT)[0]
    assert list(told.reasons) == reasons
    assert (told.subject, told.subject_label) == ("kgdelta:token:a", "apple")
    assert (told.object, told.object_label) == ("urn:b", "")
    assert told.text == "apple (kgdelta:token:a)  kgdelta:token:p  urn:b"
    assert ToldSuspicion.of(told.record()) == told


def test_company_and_texts_are_told_first():
    counts = (50, 2, 3, 4, 9, 0, 0.01, 0.9)
    told = tell([row(counts, 0.625, 12)], SNAPSHOT, ["abcdef0123456789"])[0]
    assert told.reasons == (
        "62% of what came with it in abcdef012345 is doubted",
        "labels and definitions all fit 12 other objects better",
        "hardly anything like 'apple' has 'part of' urn:b",
    )
    assert told.commit == "abcdef0123456789"
    assert tell([row(counts, 0.1, 0)], SNAPSHOT, ["ab"])[0].reasons == told.reasons[2:]
    assert tell([row(counts, 0.1, 1)], SNAPSHOT, ["ab"], reasons=False)[0].reasons == ()
