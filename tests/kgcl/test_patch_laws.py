"""Laws 2, 3 and 5 over random graphs: diff is exact, inverses restore, nothing is silent."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.model import Delta, Literal, Qualifier, Statement
from graph.overlay import Overlay
from graph.owl_terms import AXIOM
from graph.prefixes import PrefixMap
from graph.vocabulary import (
    ALTERNATIVE_ID,
    ANNOTATION_PROPERTY,
    CLASS,
    COMMENT,
    DEFAULT_ONTOLOGY,
    DEFINITION,
    DEPRECATED,
    DISJOINT_WITH,
    DOMAIN,
    EDGE_PREDICATE,
    EQUIVALENT_CLASS,
    EXACT_SYNONYM,
    IN_SUBSET,
    LABEL,
    OBJECT_PROPERTY,
    OBO,
    OBSOLETE_EDGE,
    QUANTIFIER,
    RANGE,
    RDF_TYPE,
    RELATED_SYNONYM,
    REPLACED_BY,
    SKOS,
    SUBCLASS_OF,
    SYNONYM_TYPE,
    XREF,
    XSD_BOOLEAN,
)
from kgcl.apply import Status, apply
from kgcl.changes import Change
from kgcl.diff import diff
from kgcl.errors import RejectedChangeError
from kgcl.inversion import invert
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY, OBO_POLICY, Policy
from kgcl.policy_settings import read_settings
from kgcl.render import render

IDS = [f"X:{n:07d}" for n in range(6)]
NODES = [f"{OBO}X_{n:07d}" for n in range(6)]
PART_OF = OBO + "BFO_0000050"
TEXTS = ["a", "b", "obsolete a", "don't \\ \"say\"\n'@en", "{x=1} # !", "🙂"]

nodes = st.sampled_from(NODES)
texts = st.sampled_from(TEXTS)
literals = st.builds(Literal, texts) | st.builds(
    lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["en", "de"])
)
qualifiers = st.lists(
    st.builds(Qualifier, st.just(XREF), st.builds(Literal, texts))
    | st.builds(Qualifier, st.just(SYNONYM_TYPE), nodes)
    | st.builds(Qualifier, st.just(QUANTIFIER), st.sampled_from(["only", "min 2"]).map(Literal)),
    max_size=2,
).map(tuple)
expressions = st.builds(
    lambda a, b: Expression(
        "ObjectIntersectionOf", (a, Expression("ObjectSomeValuesFrom", (PART_OF, b)))
    ),
    nodes,
    nodes,
)


def _general(tree: Expression) -> Expression:
    """An axiom without a named subject."""
    return Expression("SubClassOf", (tree, NODES[0]))


statements = st.one_of(
    st.builds(
        Statement,
        nodes,
        st.just(RDF_TYPE),
        st.sampled_from([CLASS, OBJECT_PROPERTY, ANNOTATION_PROPERTY]),
    ),
    st.builds(
        Statement,
        nodes,
        st.sampled_from([LABEL, DEFINITION, COMMENT, EXACT_SYNONYM, RELATED_SYNONYM, XREF]),
        literals,
        qualifiers,
    ),
    st.builds(
        Statement,
        nodes,
        st.sampled_from(
            [SUBCLASS_OF, PART_OF, REPLACED_BY, IN_SUBSET, SKOS + "exactMatch", XREF, DISJOINT_WITH]
        ),
        nodes,
        qualifiers,
    ),
    st.builds(Statement, st.just(PART_OF), st.sampled_from([DOMAIN, RANGE]), nodes),
    st.builds(Statement, nodes, st.just(DEPRECATED), st.just(Literal("true", XSD_BOOLEAN))),
    st.builds(
        Statement, nodes, st.just(ALTERNATIVE_ID), st.sampled_from(IDS).map(Literal), qualifiers
    ),
    st.builds(
        Statement,
        nodes,
        st.just(OBSOLETE_EDGE),
        nodes,
        st.just((Qualifier(EDGE_PREDICATE, PART_OF),)),
    ),
    st.builds(Statement, st.just(DEFAULT_ONTOLOGY), st.just(AXIOM), expressions.map(_general)),
    st.builds(Statement, nodes, st.just(EQUIVALENT_CLASS), expressions),
)
graphs = st.lists(statements, max_size=25).map(MemorySnapshot)
#: Choices that no named policy makes, all at once.
OTHER_POLICY = read_settings(
    """
    synonym.scope = "exact"
    rename.old_label = "narrow"
    merge.moves = ["label", "edges", "texts"]
    merge.alternative_id = false
    delete.incoming = "refuse"
    unobsolete.restore = "history"
    label.same = "reject"
    edge.range = "reject"
    [obsolete]
    label_prefix = "old "
    definition_prefix = "obsolete "
    rewire = "parents"
    consider = "parents"
    """,
    "the policy of a test",
).over(OBO_POLICY)
policies = st.sampled_from([OBO_POLICY, FLAG_POLICY, OTHER_POLICY])


@given(graphs, graphs, policies)
def test_diff_then_apply_gives_the_second_graph(
    a: MemorySnapshot, b: MemorySnapshot, policy: Policy
) -> None:
    changes = diff(a, b, policy)
    outcome = apply(changes, a, policy)
    assert not outcome.rejected
    assert frozenset(Overlay(a, outcome.delta).statements()) == b.all
    assert diff(a, b, policy) == changes


@given(graphs, graphs, policies)
def test_diff_survives_its_text(a: MemorySnapshot, b: MemorySnapshot, policy: Policy) -> None:
    prefixes = PrefixMap.of(a)
    text = "\n".join(render(change, prefixes) for change in diff(a, b, policy))
    outcome = apply(parse(text), a, policy)
    assert not outcome.rejected
    assert frozenset(Overlay(a, outcome.delta).statements()) == b.all


@given(graphs, graphs, policies)
def test_each_change_and_its_inverse_restore(
    a: MemorySnapshot, b: MemorySnapshot, policy: Policy
) -> None:
    outcome = apply(diff(a, b, policy), a, policy)
    state = Overlay(a)
    for result in outcome.results:
        assert result.status is Status.APPLIED
        after = Overlay(a, state.delta.then(result.delta))
        back = Overlay(a, after.delta.then(result.delta.inverse))
        assert frozenset(back.statements()) == frozenset(state.statements())
        state = after


@given(graphs, graphs, policies)
def test_inverted_changes_lead_back(a: MemorySnapshot, b: MemorySnapshot, policy: Policy) -> None:
    changes = diff(a, b, policy)
    text = "\n".join(render(change) for change in invert(changes, a, policy))
    outcome = apply(parse(text), b, policy)
    assert not outcome.rejected
    assert frozenset(Overlay(b, outcome.delta).statements()) == a.all


@given(graphs, graphs, policies, st.booleans())
def test_every_change_ends_with_a_status_and_a_reason(
    a: MemorySnapshot, b: MemorySnapshot, policy: Policy, keep_going: bool
) -> None:
    """Changes made for another graph: most do not fit, and each must say so."""
    batch = diff(b, a, policy)
    outcome = apply(batch, a, policy, keep_going)
    assert len(outcome.results) == len(batch)
    for result in outcome.results:
        assert (result.status is Status.APPLIED) == (not result.reason)
        assert (result.status is Status.APPLIED) == bool(result.delta)
    if outcome.rejected and not keep_going:
        assert outcome.delta == Delta()
        with pytest.raises(RejectedChangeError):
            outcome.raise_if_rejected()
    netted = Delta()
    for result in outcome.results:
        netted = netted.then(result.delta)
    assert netted == outcome.delta


def _footprint(delta: Delta) -> set[str]:
    """The nodes that a delta is about, or mentions; alternative ids name nodes too."""
    said = delta.removed | delta.added
    named = {
        s.object.value.replace(":", "_")
        for s in said
        if s.predicate == ALTERNATIVE_ID and isinstance(s.object, Literal)
    }
    return {n for s in said for n in (s.subject, *s.mentions())} | {OBO + name for name in named}


def _independent(batch: list[Change], a: MemorySnapshot, policy: Policy) -> dict[Change, Delta]:
    """Changes that apply alone and share no node; one edge at most, since two can make a cycle."""
    found: dict[Change, Delta] = {}
    touched = {CLASS, OBJECT_PROPERTY, ANNOTATION_PROPERTY}
    edges = 0
    for change in batch:
        outcome = apply([change], a, policy, keep_going=True)
        footprint = _footprint(outcome.delta) - touched
        leads = any(isinstance(s.object, str) for s in outcome.delta.added)
        shared = any(footprint & _footprint(delta) - touched for delta in found.values())
        if outcome.delta and not shared and not (leads and edges):
            found[change] = outcome.delta
            edges += leads
    return found


@given(graphs, graphs, st.sampled_from([OBO_POLICY, FLAG_POLICY]), st.randoms())
def test_independent_changes_give_the_same_in_any_order(
    a: MemorySnapshot, b: MemorySnapshot, policy: Policy, random: Random
) -> None:
    independent = _independent(diff(a, b, policy), a, policy)
    together = Delta(
        frozenset(s for delta in independent.values() for s in delta.removed),
        frozenset(s for delta in independent.values() for s in delta.added),
    )
    batch = list(independent)
    for _ in range(3):
        random.shuffle(batch)
        outcome = apply(batch, a, policy)
        outcome.raise_if_rejected()
        assert outcome.delta == together
