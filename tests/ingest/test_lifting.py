"""Axioms out of triples and back: exactly, or not at all."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import Statement
from graph.vocabulary import OWL, RDF, RDF_TYPE, SUBCLASS_OF
from ingest.blank_nodes import identify, rename
from ingest.lifting import lift
from ingest.lowering import lower
from ingest.rdf_statements import statement_of
from ingest.triples import Triple
from tests.ingest.owl_graphs import HEADER, MAPPED, statements

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "owl" / "lifting.json").read_text()
)


def named(found: frozenset[Statement]) -> frozenset[Statement]:
    ids = identify(found).ids
    return frozenset(rename(statement, ids) for statement in found)


def lifted(triples: list[Triple]) -> frozenset[Statement]:
    made = lift(triples)
    return frozenset({*made.statements, *map(statement_of, made.rest)})


@given(st.lists(statements(MAPPED), max_size=8), st.randoms(use_true_random=False))
def test_what_is_lowered_is_lifted_again(axioms: list[Statement], order: random.Random) -> None:
    given_ = frozenset({*HEADER, *axioms})
    triples = list(lower(given_))
    order.shuffle(triples)
    assert lifted(triples) == given_


@given(st.lists(statements(MAPPED), max_size=6), st.data())
def test_triples_that_are_damaged_are_kept(axioms: list[Statement], data: st.DataObject) -> None:
    """Without any one of the triples, or with one more, lifting and lowering give them all."""
    triples = list(dict.fromkeys(lower({*HEADER, *axioms})))
    number = data.draw(st.integers(0, len(triples) - 1))
    blanks = sorted({t.subject for t in triples if t.subject.startswith("_:")})
    shares: bool = data.draw(st.booleans())
    if blanks and shares:
        shared = data.draw(st.sampled_from(blanks))
        triples.append(Triple("http://ex.org/elsewhere", "http://ex.org/mentions", shared))
    else:
        del triples[number]
    whole = lifted(triples)
    assert named(lifted(list(lower(whole)))) == named(whole)


def terms(rows: list[list[str]]) -> list[Triple]:
    names = {"owl:": OWL, "rdf:": RDF, "rdfs:": "http://www.w3.org/2000/01/rdf-schema#"}

    def term(text: str) -> str:
        for prefix, namespace in names.items():
            if text.startswith(prefix):
                return namespace + text[len(prefix) :]
        return text if text.startswith("_:") else f"http://ex.org/{text}"

    return [Triple(term(s), term(p), term(o)) for s, p, o in rows]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_constructs(case: dict[str, Any]) -> None:
    made = lift(terms(case["triples"]))
    told = [str(s).replace("http://ex.org/", "") for s in made.statements]
    assert sorted(told) == sorted(case["lifted"])
    assert len(made.rest) == case["rest"]
    assert list(made.problems) == case["problems"]


def test_lifting_takes_linear_time_on_what_it_refuses() -> None:
    """A chain that ends nowhere and a list of a hundred thousand are looked at once."""
    size = 100_000
    chain = [Triple(f"_:{i}", RDF + "rest", f"_:{i + 1}") for i in range(size)]
    chain += [Triple(f"_:{i}", RDF + "first", "http://ex.org/a") for i in range(size)]
    axiom = [
        Triple("http://ex.org/A", SUBCLASS_OF, "_:c"),
        Triple("_:c", RDF_TYPE, OWL + "Class"),
        Triple("_:c", OWL + "unionOf", "_:0"),
    ]
    made = lift([*chain, *axiom])
    assert not made.statements
    assert len(made.rest) == 2 * size + 3


def test_deep_trees_stay_triples() -> None:
    depth = 100_000
    triples = [Triple("http://ex.org/A", SUBCLASS_OF, "_:0")]
    for i in range(depth):
        triples += [
            Triple(f"_:{i}", RDF_TYPE, OWL + "Class"),
            Triple(f"_:{i}", OWL + "complementOf", f"_:{i + 1}"),
        ]
    made = lift(triples)
    assert not made.statements
    assert made.rest == triples
