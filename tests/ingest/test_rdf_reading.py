"""Sources of RDF as they are: each in ``data/rdf`` beside what is to be read from it.

A file ``NAME.EXT.read`` holds the statements one a line, behind them the problems and remarks.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.document import Document
from ingest.errors import IngestError
from tests.ingest.rdf_formats import read, write

DATA = Path(__file__).parent / "data" / "rdf"
FORM_OF = {
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
}
SOURCES = sorted(path.name for path in DATA.iterdir() if path.suffix in FORM_OF)


def _shown(document: Document) -> str:
    lines = sorted(str(statement) for statement in document.statements)
    lines += [f"# problem in line {p.line}: {p.reason}" for p in document.problems]
    lines += [f"# remark: {remark.text}" for remark in document.layout.remarks]
    return "".join(_printable(line) + "\n" for line in lines)


def _printable(line: str) -> str:
    return "".join(c if " " <= c <= "~" else f"\\u{{{ord(c):x}}}" for c in line)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_read_as_its_file_says(name: str) -> None:
    path = DATA / name
    document = read(path.read_bytes(), FORM_OF[path.suffix])
    assert _shown(document) == (DATA / f"{name}.read").read_text()


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_written_and_read_again(name: str) -> None:
    path = DATA / name
    form = FORM_OF[path.suffix]
    document = read(path.read_bytes(), form)
    written = write(document.statements, form)
    again = read(written, form)
    assert again.statements == document.statements
    assert write(again.statements, form) == written


@pytest.mark.parametrize("name", SOURCES)
def test_strict_stops_at_the_first_problem(name: str) -> None:
    path = DATA / name
    form = FORM_OF[path.suffix]
    problems = read(path.read_bytes(), form).problems
    if not problems:
        assert read(path.read_bytes(), form, strict=True).problems == ()
        return
    with pytest.raises(IngestError) as raised:
        read(path.read_bytes(), form, strict=True)
    assert raised.value.line == problems[0].line
    assert raised.value.reason == problems[0].reason
