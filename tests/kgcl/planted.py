"""Edits as a curator makes them: for each class, a change that fits what a graph says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from graph.axioms import HIERARCHY_PREDICATES, is_edge
from graph.expression import Expression
from graph.memory import MemorySnapshot
from graph.model import Literal, Node, Statement, in_order
from graph.vocabulary import (
    COMMENT,
    DCTERMS,
    DEFINITION,
    DEPRECATED,
    IN_SUBSET,
    LABEL,
    SKOS,
    SYNONYMS,
    XREF,
)
from kgcl import changes as c
from kgcl.resolve import term_of
from kgcl.rules_records import MAPPINGS
from kgcl.selection import SCOPE_OF_PREDICATE

EXTRA: Final = """
create node X:20 'finger'; create edge X:20 rdfs:subClassOf X:5; create edge X:20 X:100 X:5
create class X:21 'thumb'; create edge X:21 rdfs:subClassOf X:20
create class X:22 'tail'; create edge X:22 rdfs:subClassOf X:1; create edge X:22 X:101 X:1
create relation X:101 'has part'; create class X:400 'a subset'
create edge X:22 X:101 X:1
create exact synonym 'cauda' for X:22; create related synonym 'end' for X:22
add definition 'What a tail is.' to X:22 {oboInOwl:hasDbXref='PMID:7'}
add mapping UBERON:1 to X:22; add mapping UBERON:2 to X:4
add mapping UBERON:3 to X:21 with predicate skos:exactMatch
add metadata dcterms:creator 'someone' to X:21; add metadata dcterms:date '2025' to X:22
add X:21 to subset X:400
add statement X:22 owl:equivalentClass ObjectIntersectionOf(X:1 ObjectSomeValuesFrom(X:100 X:2))
"""
CREATOR: Final = DCTERMS + "creator"
DATE: Final = DCTERMS + "date"


class Planter:
    """Makes changes that fit a graph; the same seed makes the same ones."""

    def __init__(self, graph: MemorySnapshot, rnd: Random) -> None:
        self.graph = graph
        self.rnd = rnd
        self.all = in_order(graph.all)
        self.nodes = sorted({s.subject for s in self.all if s.predicate == LABEL})

    def change(self, kind: type[c.Change]) -> c.Change | None:
        """A change of a class, None where the graph has nothing that it could be about."""
        try:
            return MAKERS[kind](self)
        except IndexError:
            return None

    def pick(self, test: Callable[[Statement], bool]) -> Statement:
        return self.rnd.choice([s for s in self.all if test(s)])

    def node(self) -> c.Ref:
        return c.Ref(self.rnd.choice(self.nodes))

    def word(self) -> str:
        return self.rnd.choice(["fin", "don't", 'a "b"', "two\nlines", "🙂"]) + str(
            self.rnd.randrange(1000)
        )

    def new_id(self) -> c.Ref:
        return c.Ref(f"http://purl.obolibrary.org/obo/X_{self.rnd.randrange(500, 10**6)}")

    def edge(self) -> Statement:
        return self.pick(is_edge)

    def parent(self) -> Statement:
        return self.pick(lambda s: s.predicate in HIERARCHY_PREDICATES)

    def text(self, *predicates: Node) -> tuple[c.Ref, Statement, Literal]:
        found = self.pick(lambda s: s.predicate in predicates and isinstance(s.object, Literal))
        assert isinstance(found.object, Literal)
        return c.Ref(found.subject), found, found.object

    def lineage(self, up: bool) -> tuple[Statement, Node]:
        """An edge of the hierarchy, and a node above or below its parent."""
        edge = self.parent()
        assert isinstance(edge.object, str)
        reached = self.graph.reach({edge.object}, HIERARCHY_PREDICATES, inverse=not up)
        return edge, self.rnd.choice(sorted(reached - {edge.subject}))


def _label(p: Planter) -> tuple[c.Ref, Literal]:
    node, _, label = p.text(LABEL)
    return node, label


def _obsolete(p: Planter) -> Node:
    return p.pick(lambda s: s.predicate == DEPRECATED).subject


def _edge_of(statement: Statement) -> c.Edge:
    assert isinstance(statement.object, str)
    return c.Edge(c.Ref(statement.subject), c.Ref(statement.predicate), c.Ref(statement.object))


def _moved(p: Planter, kind: type[c.NodeMove], up: bool) -> c.Change:
    edge, target = p.lineage(up)
    return kind(c.Edge(c.Ref(edge.subject)), c.Ref(str(edge.object)), c.Ref(target))


def _rewired(p: Planter) -> c.Change:
    edge = p.edge()
    end = p.rnd.choice([edge.subject, str(edge.object)])
    return c.EdgeRewiring(_edge_of(edge), c.Ref(end), p.node())


def _synonym(p: Planter) -> tuple[c.Ref, Statement, Literal]:
    return p.text(*SYNONYMS)


def _mapping(p: Planter) -> Statement:
    return p.pick(lambda s: s.predicate in MAPPINGS)


def _axiom(p: Planter) -> c.Term:
    tree = p.pick(lambda s: isinstance(s.object, Expression))
    return c.Compound("EquivalentClasses", (c.Ref(tree.subject), term_of(tree.object)))


def _new_axiom(p: Planter) -> c.Term:
    restriction = c.Compound("ObjectAllValuesFrom", (c.Ref(p.edge().predicate), p.node()))
    return c.Compound("DisjointClasses", (p.node(), restriction))


def _predicate_change(p: Planter) -> c.Change:
    edge = p.edge()
    other = p.pick(lambda s: is_edge(s) and s.predicate != edge.predicate).predicate
    about = c.Edge(c.Ref(edge.subject), None, c.Ref(str(edge.object)))
    return c.PredicateChange(about, c.Ref(edge.predicate), c.Ref(other))


def _any(p: Planter) -> c.Change:
    change = None
    while change is None:
        change = p.change(p.rnd.choice([k for k in c.ALL if k not in _SETS]))
    return change


def _term(p: Planter, predicate: Node) -> tuple[c.Ref, c.Term]:
    node, found, _ = p.text(predicate)
    return node, term_of(found.object)


def _scope_change(p: Planter) -> c.Change:
    node, found, text = _synonym(p)
    scope = p.rnd.choice(list(c.Scope))
    return c.SynonymPredicateChange(
        node, text.value, SCOPE_OF_PREDICATE[found.predicate], scope, text.language
    )


def _removed_mapping(p: Planter) -> c.Change:
    found = _mapping(p)
    return c.RemoveMapping(c.Ref(found.subject), term_of(found.object), c.Ref(found.predicate))


def _changed_mapping(p: Planter) -> c.Change:
    found = _mapping(p)
    new: c.Term = c.Text(f"Z:{p.rnd.randrange(100)}")
    if isinstance(found.object, str):
        new = c.Ref(f"urn:z:{p.rnd.randrange(100)}")
    return c.MappingReplacement(
        c.Ref(found.subject), term_of(found.object), new, c.Ref(found.predicate)
    )


def _mapping_predicate(p: Planter) -> c.Change:
    found = _mapping(p)
    new = p.rnd.choice([m for m in MAPPINGS if m != found.predicate])
    return c.MappingPredicateChange(
        c.Ref(found.subject), c.Ref(found.predicate), c.Ref(new), term_of(found.object)
    )


def _subset(p: Planter) -> tuple[c.Ref, c.Ref]:
    found = p.pick(lambda s: s.predicate == IN_SUBSET)
    return c.Ref(found.subject), c.Ref(str(found.object))


def _statement(p: Planter) -> tuple[c.Ref, c.Ref, c.Term]:
    found = p.rnd.choice(p.all)
    return c.Ref(found.subject), c.Ref(found.predicate), term_of(found.object)


def _replaced(p: Planter) -> tuple[c.Ref, str, str]:
    node, _, text = _synonym(p)
    return node, text.value, p.word()


def _edge_parts(edge: Statement) -> tuple[c.Ref, c.Ref, c.Ref]:
    return c.Ref(edge.subject), c.Ref(edge.predicate), c.Ref(str(edge.object))


def _obsoletions(p: Planter) -> tuple[c.Change, ...]:
    kinds = [p.rnd.choice(c.OBSOLETIONS) for _ in range(p.rnd.randrange(1, 4))]
    return tuple(change for kind in kinds if (change := p.change(kind)) is not None)


_SETS: Final = (c.Transaction, c.MultiNodeObsoletion)
MAKERS: Final[Mapping[type[c.Change], Callable[[Planter], c.Change]]] = {
    c.NodeCreation: lambda p: c.NodeCreation(p.new_id(), p.word(), "", c.NodeType.INSTANCE),
    c.ClassCreation: lambda p: c.ClassCreation(p.new_id(), p.word()),
    c.ObjectPropertyCreation: lambda p: c.ObjectPropertyCreation(p.new_id(), p.word()),
    c.NodeObsoletion: lambda p: c.NodeObsoletion(p.node()),
    c.NodeObsoletionWithDirectReplacement: lambda p: c.NodeObsoletionWithDirectReplacement(
        p.node(), p.node(), (p.node(),) if p.rnd.random() < 0.3 else ()
    ),
    c.NodeObsoletionWithNoDirectReplacement: lambda p: c.NodeObsoletionWithNoDirectReplacement(
        p.node(), (p.node(),)
    ),
    c.MultiNodeObsoletion: lambda p: c.MultiNodeObsoletion(_obsoletions(p)),
    c.NodeUnobsoletion: lambda p: c.NodeUnobsoletion(c.Ref(_obsolete(p))),
    c.NodeDirectMerge: lambda p: c.NodeDirectMerge(p.node(), p.node()),
    c.NodeDeletion: lambda p: c.NodeDeletion(p.node()),
    c.NodeIdChange: lambda p: c.NodeIdChange(p.node(), p.new_id()),
    c.NodeRename: lambda p: c.NodeRename(_label(p)[0], None, p.word()),
    c.SetLanguageForName: lambda p: c.SetLanguageForName(_label(p)[0], None, "fr"),
    c.NameBecomesSynonym: lambda p: c.NameBecomesSynonym(_label(p)[0], None, p.word()),
    c.NewSynonym: lambda p: c.NewSynonym(p.node(), p.word(), p.rnd.choice(list(c.Scope))),
    c.RemoveSynonym: lambda p: c.RemoveSynonym(*_replaced(p)[:2]),
    c.SynonymReplacement: lambda p: c.SynonymReplacement(*_replaced(p)),
    c.SynonymPredicateChange: _scope_change,
    c.SynonymTypeChange: lambda p: c.SynonymTypeChange(*_replaced(p)[:2], None, p.node()),
    c.NodeSynonymChange: lambda p: c.NodeSynonymChange(*_replaced(p)),
    c.NewTextDefinition: lambda p: c.NewTextDefinition(p.node(), p.word()),
    c.RemoveTextDefinition: lambda p: c.RemoveTextDefinition(p.text(DEFINITION)[0]),
    c.TextDefinitionReplacement: lambda p: c.TextDefinitionReplacement(
        p.text(DEFINITION)[0], None, p.word()
    ),
    c.NodeAnnotationChange: lambda p: c.NodeAnnotationChange(
        p.node(), c.Ref(COMMENT), None, c.Text(p.word())
    ),
    c.NodeAnnotationReplacement: lambda p: c.NodeAnnotationReplacement(
        p.node(), c.Ref(COMMENT), None, c.Text(p.word())
    ),
    c.NewMapping: lambda p: c.NewMapping(p.node(), c.Text("Z:1")),
    c.RemoveMapping: _removed_mapping,
    c.MappingReplacement: _changed_mapping,
    c.MappingPredicateChange: _mapping_predicate,
    c.NodeMappingChange: lambda p: c.NodeMappingChange(
        *_term(p, XREF), c.Text(f"Z:{p.rnd.randrange(9)}")
    ),
    c.MappingCreation: lambda p: c.MappingCreation(
        p.node(), c.Ref(SKOS + "closeMatch"), c.Ref("urn:z:1")
    ),
    c.NewMetadataAssertion: lambda p: c.NewMetadataAssertion(
        p.node(), c.Ref(CREATOR), c.Text(p.word())
    ),
    c.RemoveMetadataAssertion: lambda p: c.RemoveMetadataAssertion(
        *(lambda t: (t[0], c.Ref(CREATOR), t[1]))(_term(p, CREATOR))
    ),
    c.MetadataAssertionReplacement: lambda p: c.MetadataAssertionReplacement(
        *_term(p, DATE), c.Text(p.word())
    ),
    c.MetadataAssertionPredicateChange: lambda p: c.MetadataAssertionPredicateChange(
        p.text(DATE)[0], c.Ref(DATE), c.Ref(CREATOR)
    ),
    c.NodeMetadataAssertionChange: lambda p: c.NodeMetadataAssertionChange(*_term(p, DATE), None),
    c.AddNodeToSubset: lambda p: c.AddNodeToSubset(p.node(), p.node()),
    c.RemoveNodeFromSubset: lambda p: c.RemoveNodeFromSubset(*_subset(p)),
    c.EdgeCreation: lambda p: c.EdgeCreation(p.node(), c.Ref(p.edge().predicate), p.node()),
    c.EdgeDeletion: lambda p: c.EdgeDeletion(*_edge_parts(p.edge())),
    c.EdgeObsoletion: lambda p: c.EdgeObsoletion(*_edge_parts(p.edge())),
    c.EdgeRewiring: _rewired,
    c.PlaceUnder: lambda p: c.PlaceUnder(p.node(), p.node()),
    c.RemoveUnder: lambda p: c.RemoveUnder(*_edge_parts(p.parent())[::2]),
    c.NodeMove: lambda p: c.NodeMove(c.Edge(c.Ref(p.parent().subject)), None, p.node()),
    c.NodeDeepening: lambda p: _moved(p, c.NodeDeepening, up=False),
    c.NodeShallowing: lambda p: _moved(p, c.NodeShallowing, up=True),
    c.PredicateChange: _predicate_change,
    c.EdgeLogicalInterpretationChange: lambda p: c.EdgeLogicalInterpretationChange(
        _edge_of(p.edge()), None, p.rnd.choice(["only", "min 2"])
    ),
    c.LogicalAxiomChange: lambda p: p.rnd.choice(
        [
            c.LogicalAxiomChange(_axiom(p), None),
            c.LogicalAxiomChange(None, _new_axiom(p)),
            c.LogicalAxiomChange(_axiom(p), _new_axiom(p)),
        ]
    ),
    c.Transaction: lambda p: c.Transaction(tuple(_any(p) for _ in range(p.rnd.randrange(1, 4)))),
    c.StatementAddition: lambda p: c.StatementAddition(
        p.node(), c.Ref("urn:z:says"), c.Text(p.word())
    ),
    c.StatementRemoval: lambda p: c.StatementRemoval(*_statement(p)),
}
