"""RDF triples as statements: blank nodes, graphs, reifiers and axioms in one place.

The graph of a triple is the qualifier ``urn:kgdelta:graph``; a statement that the default graph
holds beside others has ``urn:kgdelta:default-graph`` among them. The object of
``urn:kgdelta:statement`` is a statement as JSON, for which RDF has no words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Qualifier, Statement
from graph.statement_json import decode_statement
from graph.vocabulary import GRAPH, KGDELTA, OWL, RDF_TYPE
from ingest.blank_nodes import blanks_in, identify, is_blank_id, rename_all
from ingest.document import Remark
from ingest.owl_in_rdf import lift_axioms
from ingest.rdf_reading import Parsed
from ingest.rdf_terms import REIFIES, TRIPLE_TERM, object_of
from ingest.reifiers import lift_reifiers
from ingest.reporting import Report
from ingest.triples import Triple, is_blank

#: Predicate of a statement that RDF has no words for; the object is its JSON.
STATED: Final = KGDELTA + "statement"
#: The default graph, among the graphs of a statement that others hold as well.
DEFAULT_GRAPH: Final = KGDELTA + "default-graph"


def statements_of(parsed: Parsed, report: Report) -> tuple[frozenset[Statement], list[Remark]]:
    """What the triples of a source say, and remarks on what was said twice.

    Its prefixes are left aside. Blank nodes whose ids are not canonical are reported.
    """
    remarks: list[Remark] = []
    found = parsed.statements
    if parsed.triples or not (_mentions_no_axiom(parsed) or not says_axioms(found)):
        found = _lifted(parsed, report, remarks)
    if parsed.triples or parsed.has_blanks:
        found = _named(found, parsed, report)
    if parsed.nodes is not None and STATED not in parsed.nodes:
        return frozenset(found), remarks
    return _with_stated(found, report), remarks


def _named(found: list[Statement], parsed: Parsed, report: Report) -> list[Statement]:
    """Statements with ids for their blank nodes."""
    if parsed.nodes is None:
        taken = blank_ids(found)
    else:
        taken = {node for node in parsed.nodes if is_blank_id(node)}
    blanks = identify(found, taken)
    if blanks.doubtful:
        count = len(blanks.doubtful)
        report.add(0, f"{count:,} blank nodes look too much alike; their ids follow the order here")
    return rename_all(found, blanks.ids)


def _mentions_no_axiom(parsed: Parsed) -> bool:
    """Whether no node is a class of OWL, whose names begin with a capital."""
    at = len(OWL)
    return parsed.nodes is not None and not any(
        node.startswith(OWL) and node[at : at + 1].isupper() for node in parsed.nodes
    )


def blank_ids(statements: Iterable[Statement]) -> set[Node]:
    """The ids made for blank nodes that statements have as subject or object."""
    found: set[Node] = set()
    for statement in statements:
        if is_blank_id(statement.subject):
            found.add(statement.subject)
        if isinstance(statement.object, str) and is_blank_id(statement.object):
            found.add(statement.object)
    return found


def says_axioms(statements: Iterable[Statement]) -> bool:
    """Whether axioms of OWL are among statements: then triples are read and written as OWL says."""
    return any(
        (statement.predicate == RDF_TYPE and _is_owl(statement.object))
        or (isinstance(statement.object, Expression) and statement.object.operator != TRIPLE_TERM)
        for statement in statements
    )


def _is_owl(value: object) -> bool:
    return isinstance(value, str) and value.startswith(OWL)


def _with_stated(statements: Sequence[Statement], report: Report) -> frozenset[Statement]:
    """Statements, those told as JSON in place of what tells them."""
    telling = [statement for statement in statements if statement.predicate == STATED]
    if not telling:
        return frozenset(statements)
    kept = set(statements)
    for statement in telling:
        try:
            if not isinstance(statement.object, Literal) or statement.qualifiers:
                raise ValueError("not one statement as JSON")
            made = decode_statement(statement.object.value)
        except ValueError as error:
            report.add(0, f"{statement.subject}: a statement cannot be read: {error}")
        else:
            kept.remove(statement)
            kept.add(made)
    return frozenset(kept)


def _lifted(parsed: Parsed, report: Report, remarks: list[Remark]) -> list[Statement]:
    """Statements in which blank nodes still have their labels."""
    graphs: dict[str, list[Triple]] = {}
    for triple in parsed.triples:
        graphs.setdefault(triple.graph, []).append(triple)
    spread = _blanks_of_several_graphs(parsed, graphs)
    by_graph = {"": _lift_graph(parsed.statements, graphs.pop("", []), spread, report, remarks)}
    for name, triples in graphs.items():
        by_graph[name] = _lift_graph([], triples, spread, report, remarks)
    if len(by_graph) == 1:
        return by_graph[""]
    return _united(by_graph)


def _blanks_of_several_graphs(parsed: Parsed, graphs: dict[str, list[Triple]]) -> set[str]:
    if graphs.keys() <= {""}:
        return set()
    home = {blank: "" for statement in parsed.statements for blank in blanks_in(statement)}
    spread = {name for name in graphs if is_blank(name)}
    for name, triples in graphs.items():
        for triple in triples:
            for blank in blanks_of(triple):
                if home.setdefault(blank, name) != name:
                    spread.add(blank)
    return spread


def blanks_of(triple: Triple) -> list[str]:
    """The blank nodes of a triple, its graph left aside."""
    found = [triple.subject] if triple.subject.startswith("_:") else []
    value = triple.object
    while isinstance(value, Triple):
        if value.subject.startswith("_:"):
            found.append(value.subject)
        value = value.object
    if isinstance(value, str) and value.startswith("_:"):
        found.append(value)
    return found


def _lift_graph(
    plain: Sequence[Statement],
    triples: Sequence[Triple],
    spread: set[str],
    report: Report,
    remarks: list[Remark],
) -> list[Statement]:
    """The statements of one graph: first what reifiers qualify, then axioms, then the rest."""
    said: list[Statement] = []
    if any(triple.predicate == REIFIES for triple in triples):
        kept, apart = _parted([*map(triple_of, plain), *triples], spread)
        lifting = lift_reifiers(kept)
        if lifting.repeated:
            remarks.append(Remark(0, f"{lifting.repeated:,} reifiers say again what others say"))
        said, plain, triples = lifting.statements, [], [*apart, *lifting.rest]
    statements = [*plain, *map(statement_of, triples)]
    if not says_axioms(statements):
        return [*said, *statements]
    triples = [*map(triple_of, plain), *triples]
    fit, unfit = _parted(triples, _linked(triples, spread.union(*map(blanks_in, said))))
    lifted, rest = lift_axioms(fit, report)
    return [*said, *lifted, *map(statement_of, rest), *map(statement_of, unfit)]


def _parted(triples: Iterable[Triple], apart: set[str]) -> tuple[list[Triple], list[Triple]]:
    """The triples without certain blank nodes, and those with them."""
    without: list[Triple] = []
    with_some: list[Triple] = []
    for triple in triples:
        (without if apart.isdisjoint(blanks_of(triple)) else with_some).append(triple)
    return without, with_some


def _linked(triples: Iterable[Triple], start: set[str]) -> set[str]:
    """Blank nodes that are linked to some of a start, or that stand in a triple term."""
    around: dict[str, set[str]] = {}
    found = set(start)
    for triple in triples:
        blanks = blanks_of(triple)
        if isinstance(triple.object, Triple):
            found.update(blanks)
        for blank in blanks:
            around.setdefault(blank, set()).update(blanks)
    waiting = list(found)
    while waiting:
        fresh = around.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return found


def triple_of(statement: Statement) -> Triple:
    """The triple that a statement without qualifiers and expressions is, in the default graph."""
    value = statement.object
    if isinstance(value, Expression):
        raise TypeError(f"no plain triple: {statement}")
    return Triple(statement.subject, statement.predicate, value)


def statement_of(triple: Triple) -> Statement:
    """The statement that a triple is, its graph left aside."""
    return Statement(triple.subject, triple.predicate, object_of(triple.object))


def _united(by_graph: dict[str, list[Statement]]) -> list[Statement]:
    """One statement for all graphs that hold the same one, with the graphs as qualifiers."""
    holders: dict[Statement, list[Node]] = {}
    for name, statements in by_graph.items():
        for statement in dict.fromkeys(statements):
            holders.setdefault(statement, []).append(name)
    return [
        statement
        if names == [""]
        else statement.with_qualifiers((*statement.qualifiers, *map(_graph, names)))
        for statement, names in holders.items()
    ]


def _graph(name: str) -> Qualifier:
    return Qualifier(GRAPH, name or DEFAULT_GRAPH)
