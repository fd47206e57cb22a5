"""Mutated files of tables, sets and graphs end in a document with problems, or an IngestError."""

from __future__ import annotations

import copy
import io
import json
import random
from collections.abc import Callable
from typing import IO, Any, Final

import pytest

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement
from graph.vocabulary import (
    CLASS,
    DEFINITION,
    EXACT_SYNONYM,
    LABEL,
    NAMESPACE,
    OBO,
    ONTOLOGY,
    PREFIX,
    RDF_TYPE,
    SKOS,
    SUBCLASS_OF,
    VALID_FROM,
    VALID_TO,
    XREF,
    XSD_DATE,
)
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.kgx import read_kgx_jsonl, read_kgx_tsv
from ingest.kgx_columns import BIOLINK, XSD_DOUBLE
from ingest.kgx_writing import write_kgx_jsonl, write_kgx_pair, write_kgx_tsv
from ingest.link_sets import SPLIT, read_link_archive, write_link_archive
from ingest.obograph import read_obograph
from ingest.obograph_writing import write_obograph
from ingest.quads import read_quads, write_quads
from ingest.sssom import read_sssom
from ingest.sssom_slots import JUSTIFICATION, SSSOM
from ingest.sssom_writing import write_sssom
from ingest.triple_sets import read_triples, write_triples

_A, _B, _R = "urn:token:a", "urn:token:b%20c", "urn:token:r"
_DAY: Final = Literal("2014-01-02", XSD_DATE)
STATEMENTS: Final = [
    Statement(OBO + "t.owl", RDF_TYPE, ONTOLOGY),
    Statement(
        OBO + "t.owl", PREFIX, Literal("ex"), (Qualifier(NAMESPACE, Literal("http://ex.org/")),)
    ),
    Statement(OBO + "T_1", RDF_TYPE, CLASS),
    Statement(OBO + "T_1", LABEL, Literal("one é")),
    Statement(OBO + "T_1", LABEL, Literal("eins", language="de")),
    Statement(OBO + "T_1", EXACT_SYNONYM, Literal("uno|\tI")),
    Statement(OBO + "T_1", DEFINITION, Literal("d"), (Qualifier(XREF, Literal("X:1")),)),
    Statement(OBO + "T_1", BIOLINK + "p_value", Literal("0.5", XSD_DOUBLE)),
    Statement(OBO + "T_1", SUBCLASS_OF, OBO + "T_2"),
    Statement(
        "http://ex.org/1",
        SKOS + "exactMatch",
        OBO + "T_2",
        (
            Qualifier(JUSTIFICATION, "https://w3id.org/semapv/vocab/LexicalMatching"),
            Qualifier(SSSOM + "confidence", Literal("0.9", XSD_DOUBLE)),
            Qualifier(SSSOM + "author_label", Literal("A")),
            Qualifier(SSSOM + "author_label", Literal("B")),
        ),
    ),
    Statement(_A, _R, _B, (Qualifier(VALID_FROM, _DAY), Qualifier(VALID_TO, _DAY))),
    Statement(_B, _R, _A, (Qualifier(SPLIT, Literal("train")),)),
    Statement(_B, _R, _B, (Qualifier(SPLIT, Literal("test")),)),
    Statement(_A, _R, _A),
]


def write_nodes(snapshot: MemorySnapshot, stream: IO[bytes]) -> None:
    write_kgx_pair(snapshot, stream, io.BytesIO())


def write_edges(snapshot: MemorySnapshot, stream: IO[bytes]) -> None:
    write_kgx_pair(snapshot, io.BytesIO(), stream)


FORMATS: Final[dict[str, tuple[Callable[..., Document], Callable[..., None]]]] = {
    "kgx nodes": (read_kgx_tsv, write_nodes),
    "kgx edges": (read_kgx_tsv, write_edges),
    "kgx archive": (read_kgx_tsv, write_kgx_tsv),
    "kgx json lines": (read_kgx_jsonl, write_kgx_jsonl),
    "sssom": (read_sssom, write_sssom),
    "quads": (read_quads, write_quads),
    "triples": (read_triples, write_triples),
    "link archive": (read_link_archive, write_link_archive),
    "obographs": (read_obograph, write_obograph),
}


def mutated(content: bytes, random_: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data) or 1)
        choice = random_.randrange(5)
        if choice == 0:
            del data[at : at + random_.randint(1, 40)]
        elif choice == 1:
            data[at:at] = bytes(random_.choices(b"\t\n\r\"'|,#:{}[]\\ \x00\xff\xef0-", k=3))
        elif choice == 2 and data:
            data[at] = random_.randrange(256)
        elif choice == 3:
            data[at:at] = data[at // 2 : at // 2 + 60]
        else:
            del data[at:]
    return bytes(data)


JUNK: Final = [None, True, 7, 1.5, "", "x", [], {}, ["x", None], {"val": 3}, {"meta": {"xrefs": 1}}]


def mutated_tree(content: bytes, random_: random.Random) -> bytes:
    """JSON with other values somewhere in it."""
    tree = json.loads(content)
    for _ in range(random_.randint(1, 3)):
        at = tree
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            key = random_.choice(keys)
            inner = at[key]
            if not (isinstance(inner, (dict, list)) and inner) or random_.random() < 0.1:
                break
            at = inner
        at[key] = copy.deepcopy(random_.choice(JUNK))
        if not tree["graphs"]:
            break
    return json.dumps(tree).encode()


def fuzz(name: str, count: int) -> None:
    read, write = FORMATS[name]
    stream = io.BytesIO()
    write(MemorySnapshot(STATEMENTS), stream)
    random_ = random.Random(11)
    read_well = refused = 0
    for _ in range(count):
        content = mutated(stream.getvalue(), random_)
        if name == "obographs" and random_.random() < 0.5:
            content = mutated_tree(stream.getvalue(), random_)
        try:
            document = read(io.BytesIO(content), "nowhere/x", ReadOptions())
        except IngestError:
            refused += 1
            continue
        read_well += 1
        if read_well % 10 == 0:
            check_survives(document, read, write)
    assert read_well + refused == count
    assert read_well > count // 20


def check_survives(document: Document, read: Any, write: Any) -> None:
    """What was made of a damaged file is a graph like any other."""
    again = io.BytesIO()
    write(document.snapshot(), again)
    parts = [read(io.BytesIO(again.getvalue()), "nowhere/x", ReadOptions()).statements]
    if write in (write_nodes, write_edges):
        other = io.BytesIO()
        (write_edges if write is write_nodes else write_nodes)(document.snapshot(), other)
        parts.append(read(io.BytesIO(other.getvalue()), "nowhere/x", ReadOptions()).statements)
    assert frozenset().union(*parts) == document.statements


@pytest.mark.parametrize("name", FORMATS)
def test_mutated_files_are_read_or_refused(name: str) -> None:
    fuzz(name, 300)


@pytest.mark.long
@pytest.mark.parametrize("name", FORMATS)
def test_many_mutated_files_are_read_or_refused(name: str) -> None:
    fuzz(name, 20_000)
