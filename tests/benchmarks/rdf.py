"""RDF beside pyoxigraph's own parse and rdflib, all in one run: ``python -m tests.benchmarks.rdf``.

Every reader takes the same bytes and ends with all triples in memory: ours as statements,
pyoxigraph's as a list of quads, rdflib's in a graph. Ratios are to pyoxigraph's parse. The files
are the last release of schema.org, as it is and in the other formats, and a made file in which
three quarters of the triples have a blank node.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from ingest.document import ReadOptions
from tests.ingest.rdf_formats import FORMATS, read

_ROUNDS = 11
_RELEASE = Path(__file__).parents[3] / "shared" / "data" / "schema-org" / "2020-04-29_v8.0.ttl"
#: Names of our formats in pyoxigraph and in rdflib.
_NAMES = {
    "turtle": ("TURTLE", "turtle"),
    "ntriples": ("N_TRIPLES", "nt"),
    "trig": ("TRIG", "trig"),
    "nquads": ("N_QUADS", "nquads"),
    "jsonld": ("JSON_LD", "json-ld"),
    "rdfxml": ("RDF_XML", "xml"),
}


def blank_nodes(count: int) -> bytes:
    """N-Triples of people with an address each, a blank node."""
    lines = []
    for number in range(count):
        person, place = f"<http://example.org/person/{number}>", f"_:place{number}"
        lines += [
            f'{person} <http://example.org/name> "Person {number}" .',
            f"{person} <http://example.org/home> {place} .",
            f'{place} <http://example.org/street> "Street {number % 500}" .',
            f"{person} <http://example.org/knows> {place} .",
        ]
    return "\n".join(lines).encode()


def measured(actions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Least seconds of each action; they take turns, so that what else runs slows all."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(_ROUNDS):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            seconds[name].append(time.perf_counter() - start)
    return {name: min(times) for name, times in seconds.items()}


def readers(content: bytes, form: str) -> dict[str, Callable[[], object]]:
    import pyoxigraph
    import rdflib

    ox, lib = _NAMES[form]
    reader, _ = FORMATS[form]

    def by_rdflib() -> object:
        graph = rdflib.Dataset() if form in ("trig", "nquads") else rdflib.Graph()
        return graph.parse(data=content, format=lib)

    return {
        "pyoxigraph": lambda: list(
            pyoxigraph.parse(content, format=getattr(pyoxigraph.RdfFormat, ox))
        ),
        "kgdelta": lambda: reader(BytesIO(content), form, ReadOptions()),
        "rdflib": by_rdflib,
    }


def report(title: str, content: bytes, form: str) -> None:
    found = measured(readers(content, form))
    own = found["pyoxigraph"]
    figures = ", ".join(f"{name} {s * 1000:.0f} ms ({s / own:.1f}x)" for name, s in found.items())
    sys.stdout.write(f"read {title}: {figures}\n")


def main() -> None:
    content = _RELEASE.read_bytes()
    document = read(content)
    sys.stdout.write(f"{_RELEASE.name}: {len(document.statements):,} statements\n")
    report("Turtle as it is", content, "turtle")
    snapshot = document.snapshot()
    for form, (_, writer) in FORMATS.items():
        stream = BytesIO()
        start = time.perf_counter()
        writer(snapshot, stream)
        seconds = time.perf_counter() - start
        sys.stdout.write(f"write {form}: {seconds * 1000:.0f} ms\n")
        report(f"{form} as written", stream.getvalue(), form)
    report(
        "40,000 N-Triples, three quarters of them with blank nodes", blank_nodes(10_000), "ntriples"
    )


if __name__ == "__main__":
    main()
