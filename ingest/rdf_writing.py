"""Canonical N-Triples and N-Quads: sorted lines, each as RDF Dataset Canonicalization writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingest.rdf_terms import n_triples
from ingest.triples import Triple


def declarations(prefixes: Mapping[str, str]) -> list[str]:
    """Comments that declare prefixes: these formats have no words for them, and pass over them."""
    return [f"# @prefix {prefix}: <{prefixes[prefix]}> .\n" for prefix in sorted(prefixes)]


def n_quads(triples: Iterable[Triple]) -> list[str]:
    """The lines of triples, or of quads where they have a graph, sorted."""
    nodes: dict[str, str] = {}

    def node(name: str) -> str:
        word = nodes.get(name)
        if word is None:
            word = nodes[name] = n_triples(name)
        return word

    lines = []
    for triple in triples:
        value = triple.object
        text = node(value) if isinstance(value, str) else n_triples(value)
        end = f" {node(triple.graph)} .\n" if triple.graph else " .\n"
        lines.append(f"{node(triple.subject)} {node(triple.predicate)} {text}{end}")
    lines.sort()
    return lines
