"""Law 4 for SSSOM/TSV, the canonical form, and mapping sets as people have them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Literal, Qualifier, Statement, in_order
from graph.prefixes import PrefixMap
from graph.vocabulary import RDF_TYPE, SKOS, XSD
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.sssom import read_sssom
from ingest.sssom_slots import (
    JUSTIFICATION,
    LITERAL_NODE,
    MAPPING_SET,
    MAPPING_SLOTS,
    SET_SLOTS,
    predicate_of,
    slot_of,
)
from ingest.sssom_writing import write_sssom
from tests.ingest.any_graph import GRAPHS, HOSTILE, LITERALS, NODES

OPTIONS = ReadOptions()
DEEP, CLOSE = "[" * 100_000, "]" * 100_000
CASES = json.loads((Path(__file__).parent / "data" / "sssom.json").read_text())

SLOTS = st.sampled_from(["confidence", "author_id", "author_label", "comment", "subject_label",
                         "mapping_tool", "subject_source", "mapping_date", "license", "my slot",
                         "see_also", "other", "valid_from", "subject_type"])  # fmt: skip
PREFIXES = PrefixMap()
VALUES = (
    LITERALS
    | st.sampled_from([*NODES, "http://ex.org/x|y", LITERAL_NODE + "gala"])
    | st.builds(Literal, HOSTILE)
    | st.builds(Literal, st.sampled_from(["0.5", "1", "x"]), st.just(XSD + "double"))
)
SAID = st.builds(lambda slot, value: Qualifier(predicate_of(slot, PREFIXES), value), SLOTS, VALUES)
JUSTIFIED = Qualifier(JUSTIFICATION, "https://w3id.org/semapv/vocab/LexicalMatching")
MAPPINGS = st.builds(
    lambda s, p, o, said: Statement(s, SKOS + p, o, (JUSTIFIED, *said)),
    st.sampled_from([*NODES, LITERAL_NODE + "gala"]),
    st.sampled_from(["exactMatch", "closeMatch"]),
    st.sampled_from(NODES),
    st.lists(SAID, max_size=4),
)
SET = "https://ex.org/set"
OF_SET = st.builds(
    lambda slot, value: Statement(SET, predicate_of(slot, PREFIXES), value), SLOTS, VALUES
) | st.just(Statement(SET, RDF_TYPE, MAPPING_SET))


def text_of(statements: frozenset[Statement]) -> bytes:
    stream = io.BytesIO()
    write_sssom(MemorySnapshot(statements), stream)
    return stream.getvalue()


def back(content: bytes, options: ReadOptions = OPTIONS) -> Document:
    return read_sssom(io.BytesIO(content), "nowhere/x.sssom.tsv", options)


@given(GRAPHS | st.lists(MAPPINGS | OF_SET, max_size=6))
def test_any_graph_survives(statements: list[Statement]) -> None:
    content = text_of(frozenset(statements))
    document = back(content)
    assert document.statements == frozenset(statements)
    assert not document.problems
    assert text_of(document.statements) == content


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_sets_as_people_have_them(case: dict[str, Any]) -> None:
    options = ReadOptions(prefixes=case.get("prefixes", {}), ontology=case.get("ontology"))
    content = "".join(f"{line}\n" for line in case["text"])
    content = content.replace("{DEEP}", DEEP).replace("{CLOSE}", CLOSE)
    if "error" in case:
        with pytest.raises(IngestError, match=case["error"]):
            back(content.encode(), options)
        return
    document = back(content.encode(), options)
    said = [str(s) for s in in_order(document.statements)]
    assert [one.replace(DEEP, "{DEEP}").replace(CLOSE, "{CLOSE}") for one in said] == case["says"]
    assert [f"{p.line}: {p.reason}" for p in document.problems] == case.get("problems", [])
    assert back(text_of(document.statements)).statements == document.statements
    if "canonical" in case:
        assert text_of(document.statements).decode().split("\n")[:-1] == case["canonical"]


def test_every_slot_has_a_predicate_of_its_own() -> None:
    slots = {*SET_SLOTS, *MAPPING_SLOTS}
    predicates = {slot: predicate_of(slot, PREFIXES) for slot in slots}
    assert len(set(predicates.values())) == len(slots)
    ends = {"subject_id", "predicate_id", "object_id", "mapping_set_id"}
    for slot in slots - ends:
        assert slot_of(predicates[slot], PREFIXES) == slot


def test_metadata_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "x.sssom.yml").write_text("mapping_set_id: https://ex.org/s\nlicense: https://l/\n")
    path = tmp_path / "x.sssom.tsv"
    path.write_text("subject_id\tpredicate_id\tobject_id\tmapping_justification\n")
    with path.open("rb") as stream:
        document = read_sssom(stream, str(path), OPTIONS)
    assert {s.subject for s in document.statements} == {"https://ex.org/s"}
    assert len(document.statements) == 2
