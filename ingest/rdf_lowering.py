"""Statements as RDF triples that are read back as the same statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Qualifier, Statement, in_order
from graph.statement_json import encode_statement
from graph.vocabulary import DEFAULT_ONTOLOGY, GRAPH
from ingest.blank_nodes import blanks_in, component_of, identify, is_blank_id, rename
from ingest.owl_in_rdf import lower_axioms
from ingest.rdf_reading import Parsed
from ingest.rdf_statements import (
    DEFAULT_GRAPH,
    STATED,
    blank_ids,
    blanks_of,
    says_axioms,
    statement_of,
    statements_of,
    triple_of,
)
from ingest.rdf_terms import has_triple_term, is_reifiable, is_sayable
from ingest.reifiers import lower_reifiers
from ingest.reporting import Report
from ingest.triples import Term, Triple

_KEPT: Final = "_:kept-"
#: What XML or a line of text cannot hold.
_RARE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a format has: named graphs, triple terms, and words for which statements."""

    datasets: bool
    triple_terms: bool
    says: Callable[[Statement], bool] = is_sayable


def triples_of(statements: Iterable[Statement], dialect: Dialect) -> list[Triple]:
    """Triples that say all of the statements, with canonical labels for blank nodes.

    The triples are read back: what they would not give again exactly is told as JSON. A node
    whose id was made for a blank node is one again where the id still fits what is said of it;
    else it stays the IRI that it is.
    """
    given = frozenset(statements)
    plan = _Plan(given, dialect)
    for _ in range(_ROUNDS):
        triples = plan.triples()
        if plan.is_plain or not plan.learn(triples):
            break
    else:
        plan.stated = set(given)
        triples = plan.triples()
    return canonically_labelled(triples)


def canonically_labelled(triples: Sequence[Triple]) -> list[Triple]:
    """Triples without repetitions, their blank nodes named by what is said of them."""
    about = [
        (triple, statement_of(triple).with_qualifiers([Qualifier(GRAPH, triple.graph)]))
        for triple in triples
        if triple.graph.startswith("_:") or blanks_of(triple)
    ]
    if not about:
        return list(dict.fromkeys(triples))
    ids = identify(statement for _, statement in about).ids
    names = {label: f"_:b{node.rpartition(':')[2]}" for label, node in ids.items()}
    return list(dict.fromkeys(renamed(triple, names) for triple in triples))


def renamed(triple: Triple, names: dict[str, str]) -> Triple:
    """The triple with nodes replaced, in triple terms and as its graph too."""
    return Triple(
        names.get(triple.subject, triple.subject),
        triple.predicate,
        _renamed_term(triple.object, names),
        names.get(triple.graph, triple.graph),
    )


def _renamed_term(term: Term, names: dict[str, str]) -> Term:
    if isinstance(term, str):
        return names.get(term, term)
    return renamed(term, names) if isinstance(term, Triple) else term


def stated(statement: Statement) -> Triple:
    """The triple that tells a statement as JSON, in characters that every format can hold."""
    text = encode_statement(statement)
    text = _RARE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return Triple(DEFAULT_ONTOLOGY, STATED, Literal(text))


@dataclass(slots=True)
class _Plan:
    """Which statements triples say, which are told as JSON, and which blank nodes are IRIs."""

    given: frozenset[Statement]
    dialect: Dialect
    stated: set[Statement] = field(default_factory=set)
    pinned: set[Node] = field(default_factory=set)
    is_plain: bool = False

    def __post_init__(self) -> None:
        says = self.dialect.says
        self.stated = {s for s in self.given if s.predicate == STATED or not says(s)}

    def triples(self) -> list[Triple]:
        """The triples of this plan; ``is_plain`` tells whether they can only be read one way."""
        told = [stated(statement) for statement in in_order(self.stated)]
        written = self.given - self.stated if self.stated else self.given
        if not says_axioms(written) and not any(map(_needs_care, written)):
            self.is_plain = True
            return [*map(triple_of, written), *told]
        self.is_plain = False
        triples: list[Triple] = []
        for number, (graph, statements) in enumerate(
            self._graphs(self._blank_again(written)).items()
        ):
            for name, lowered in self._lowered(statements):
                start = f"_:{number}-{name}-"
                triples += [_placed(triple, graph, start) for triple in lowered]
        return [*triples, *told]

    def learn(self, triples: list[Triple]) -> bool:
        """Read triples back, and change the plan where they do not give the statements."""
        parsed = Parsed(triples=triples)
        found, _ = statements_of(parsed, Report(""))
        if found == self.given:
            return False
        missing = self.given - found
        blanks = {n for s in missing for n in (s.subject, *s.mentions()) if is_blank_id(n)}
        if blanks - self.pinned:
            self.pinned |= blanks
        elif missing - self.stated:
            self.stated |= missing
        else:
            self.stated |= {s for s in self.given if _needs_care(s)}
        return True

    def _blank_again(self, written: frozenset[Statement]) -> list[Statement]:
        """Statements in which nodes are blank whose ids are those that a reader would make."""
        ordered = in_order(written)
        while True:
            names = self._names(ordered)
            touched = [s for s in ordered if not names.keys().isdisjoint(_nodes(s))]
            # Copies of one component are numbered in the order in which they are met.
            touched.sort(key=lambda s: min(_by_length(n) for n in _nodes(s) if n in names))
            blanked = [rename(s, names) for s in touched]
            made = identify(blanked, blank_ids(ordered) - names.keys())
            wrong = {made.ids[label] for label in made.doubtful}
            for statement in blanked:
                if rename(statement, made.ids) not in written:
                    wrong.update(made.ids[label] for label in blanks_in(statement))
            if not wrong:
                return [*(s for s in ordered if names.keys().isdisjoint(_nodes(s))), *blanked]
            parts = set(map(component_of, wrong))
            self.pinned |= {
                node for node, label in names.items() if component_of(made.ids[label]) in parts
            }

    def _names(self, statements: Iterable[Statement]) -> dict[Node, str]:
        nodes = {n for s in statements for n in _nodes(s) if is_blank_id(n)} - self.pinned
        return {n: f"{_KEPT}{index}" for index, n in enumerate(sorted(nodes, key=_by_length))}

    def _graphs(self, statements: Iterable[Statement]) -> dict[str, list[Statement]]:
        """The statements of each graph, without the qualifiers that name it."""
        graphs: dict[str, list[Statement]] = {}
        for statement in statements:
            names = [q for q in statement.qualifiers if self._names_graph(q)]
            if names:
                statement = statement.with_qualifiers(set(statement.qualifiers).difference(names))
            for name in names or [Qualifier(GRAPH, DEFAULT_GRAPH)]:
                graph = "" if name.value == DEFAULT_GRAPH else str(name.value)
                graphs.setdefault(graph, []).append(statement)
        return graphs

    def _names_graph(self, qualifier: Qualifier) -> bool:
        return (
            self.dialect.datasets
            and qualifier.predicate == GRAPH
            and isinstance(qualifier.value, str)
            and not qualifier.qualifiers
        )

    def _lowered(self, statements: list[Statement]) -> Iterator[tuple[str, Iterable[Triple]]]:
        """The triples of one graph, in parts whose labels of blank nodes are apart."""
        axioms = statements
        if self.dialect.triple_terms:
            if says_axioms(statements):
                axioms = [s for s in statements if not has_triple_term(s)]
                statements = [s for s in statements if has_triple_term(s)]
            else:
                axioms = []
            yield "r", lower_reifiers(s for s in statements if is_reifiable(s))
        elif not says_axioms(statements) and not any(s.qualifiers for s in statements):
            axioms = []
            yield "p", map(triple_of, statements)
        if axioms:
            yield "a", lower_axioms(axioms)


def _nodes(statement: Statement) -> Iterator[Node]:
    yield statement.subject
    yield from statement.mentions()


def _by_length(node: Node) -> tuple[int, Node]:
    return len(node), node


def _needs_care(statement: Statement) -> bool:
    """Whether a statement is more than a triple of IRIs and literals that is read as it stands."""
    value = statement.object
    return (
        bool(statement.qualifiers)
        or isinstance(value, Expression)
        or is_blank_id(statement.subject)
        or (isinstance(value, str) and is_blank_id(value))
    )


def _placed(triple: Triple, graph: str, start: str) -> Triple:
    """The triple in its graph, with labels that no other part has."""
    names = {label: start + label[2:] for label in blanks_of(triple) if not label.startswith(_KEPT)}
    if not names and triple.graph == graph:
        return triple
    made = renamed(triple, names)
    return Triple(made.subject, made.predicate, made.object, graph)
