"""The ``owl-axioms`` header clause: axioms in functional syntax, which no OBO clause can say."""

from __future__ import annotations

import io
from collections.abc import Iterable

from graph.axiom_statements import logical_axiom
from graph.memory import MemorySnapshot
from graph.model import Node, Statement
from graph.prefixes import ontology_id
from graph.vocabulary import ONTOLOGY, PREFIX, RDF_TYPE
from ingest.clauses import ClauseError, plain, unescape
from ingest.document import ReadOptions
from ingest.errors import IngestError

#: The tag of axioms in functional syntax.
OWL_AXIOMS = "owl-axioms"


def read_axioms(node: Node, value: str) -> list[Statement]:
    """The statements of the axioms of an ontology. Raises ClauseError where any is not read."""
    from ingest.ofn import read_ofn

    options = ReadOptions(ontology=ontology_id(node))
    try:
        document = read_ofn(io.BytesIO(unescape(value).encode()), OWL_AXIOMS, options)
    except IngestError as error:
        raise ClauseError(error.reason) from None
    if document.problems:
        raise ClauseError(document.problems[0].reason)
    # Prefixes are those of the text of the axioms, not of the file.
    said = {s for s in document.statements if s.predicate != PREFIX}
    return sorted(said - {Statement(node, RDF_TYPE, ONTOLOGY)}, key=Statement.encode)


def write_axioms(node: Node, statements: Iterable[Statement]) -> tuple[str, set[Statement]]:
    """The value that says what it can of the statements, and those that it says.

    The value is empty where it can say none.
    """
    wanted = {s for s in statements if logical_axiom(s, node) is not None}
    for _ in range(2):
        if not wanted:
            break
        value = _text(node, wanted)
        try:
            said = set(read_axioms(node, value))
        except ClauseError:
            break
        if said == wanted:
            return value, said
        wanted &= said
    return "", set()


def _text(node: Node, statements: set[Statement]) -> str:
    from ingest.ofn_writer import write_ofn

    stream = io.BytesIO()
    write_ofn(MemorySnapshot([Statement(node, RDF_TYPE, ONTOLOGY), *statements]), stream)
    return plain(stream.getvalue().decode().rstrip("\n"))
