"""Files to be damaged: what our writers make of one small graph, and samples of each format."""

from __future__ import annotations

import copy
import io
import json
import random
from pathlib import Path
from typing import Final

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
from ingest.formats import FORMATS, write
from ingest.kgx_columns import BIOLINK, XSD_DOUBLE
from ingest.kgx_writing import write_kgx_pair
from ingest.link_sets import SPLIT
from ingest.sssom_slots import JUSTIFICATION, SSSOM

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = Path(__file__).parent / "data"
#: Folders of files as people write them.
SAMPLES: Final = ("owl", "obo", "rdf")

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


def seeds(form: str) -> list[bytes]:
    """What our writers make of a small graph, and samples as people write them."""
    stream = io.BytesIO()
    write(MemorySnapshot(STATEMENTS), stream, form)
    found = [stream.getvalue()]
    if form == "kgx":
        nodes, edges = io.BytesIO(), io.BytesIO()
        write_kgx_pair(MemorySnapshot(STATEMENTS), nodes, edges)
        found += [nodes.getvalue(), edges.getvalue()]
    samples = [path for folder in SAMPLES for path in (DATA / folder).iterdir()]
    samples.append(ROOT / "examples" / "instruments-1.obo")
    endings = FORMATS[form].suffixes
    return found + [path.read_bytes() for path in sorted(samples) if path.suffix in endings]
