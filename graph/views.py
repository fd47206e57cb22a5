"""States for other libraries: as a networkx graph to compute on, as an rdflib graph to query."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from graph.model import Node, Qualifier, canonical_qualifiers
from graph.snapshot import Snapshot

if TYPE_CHECKING:
    from networkx import MultiDiGraph
    from rdflib import Graph


def networkx_view(
    snapshot: Snapshot, predicates: Collection[Node] | None = None
) -> MultiDiGraph[Node]:
    """A state, or its statements with these predicates, copied into a graph of networkx.

    Every subject is a node, and every node that is an object; a node has the attribute ``label``,
    a text, where the state names it. Every statement with a node as object is an edge from subject
    to object; its key is the predicate, its attribute ``qualifiers`` a tuple of
    :class:`graph.model.Qualifier`. Statements that differ in qualifiers alone are one edge, with
    the qualifiers of all. Literals and expressions are left out. Nodes and edges come in order, so
    that equal states give equal layouts.
    """
    from networkx import MultiDiGraph

    nodes: set[Node] = set()
    edges: dict[tuple[Node, Node, Node], tuple[Qualifier, ...]] = {}
    for statement in snapshot.statements(predicates=predicates):
        nodes.add(statement.subject)
        if isinstance(statement.object, str):
            nodes.add(statement.object)
            edge = (statement.subject, statement.object, statement.predicate)
            known = edges.get(edge, ())
            edges[edge] = canonical_qualifiers((*known, *statement.qualifiers))
    labels = snapshot.labels(nodes)
    view: MultiDiGraph[Node] = MultiDiGraph()
    for node in sorted(nodes):
        named = {"label": labels[node].value} if node in labels else {}
        view.add_node(node, **named)
    for (subject, target, predicate), qualifiers in sorted(edges.items()):
        view.add_edge(subject, target, predicate, qualifiers=qualifiers)
    return view


def rdflib_graph(snapshot: Snapshot) -> Graph:
    """A state as a graph of rdflib that reads it where it is, for SPARQL on any version.

    See :mod:`graph.rdflib_store` for what becomes of each term. The prefixes of the state are
    known to queries. Writing raises ReadOnlyError.
    """
    from rdflib import Graph

    from graph.prefixes import PrefixMap
    from graph.rdflib_store import SnapshotStore

    store = SnapshotStore(snapshot, PrefixMap.of(snapshot).namespaces)
    return Graph(store, bind_namespaces="none")
