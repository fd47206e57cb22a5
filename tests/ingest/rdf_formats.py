"""The six formats of RDF by name, and short ways through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Final

from graph.memory import MemorySnapshot
from graph.model import Statement
from graph.snapshot import Snapshot
from ingest import rdf
from ingest.document import Document, ReadOptions

Reader = Callable[[IO[bytes], str, ReadOptions], Document]
Writer = Callable[[Snapshot, IO[bytes]], None]

FORMATS: Final[dict[str, tuple[Reader, Writer]]] = {
    "turtle": (rdf.read_turtle, rdf.write_turtle),
    "trig": (rdf.read_trig, rdf.write_trig),
    "ntriples": (rdf.read_ntriples, rdf.write_ntriples),
    "nquads": (rdf.read_nquads, rdf.write_nquads),
    "jsonld": (rdf.read_jsonld, rdf.write_jsonld),
    "rdfxml": (rdf.read_rdfxml, rdf.write_rdfxml),
}


def read(
    text: str | bytes, form: str = "turtle", *, strict: bool = False, **options: object
) -> Document:
    content = text.encode() if isinstance(text, str) else text
    return FORMATS[form][0](
        BytesIO(content),
        "source",
        ReadOptions(strict=strict, **options),  # type: ignore[arg-type]
    )


def write(statements: Iterable[Statement], form: str = "turtle") -> bytes:
    stream = BytesIO()
    FORMATS[form][1](MemorySnapshot(statements), stream)
    return stream.getvalue()
