"""One ontology in five formats: ROBOT makes four twins of a real OBO release, and all agree."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import pytest

from graph.memory import MemorySnapshot
from graph.model import Literal, Node, Statement
from graph.vocabulary import ALTERNATIVE_ID, CLASS, LABEL, OBO, PREFIX, RDF_TYPE, SUBCLASS_OF
from ingest.document import Document, ReadOptions
from ingest.formats import read
from ingest.ofn import read_ofn, scanner
from ingest.ofn_edit import edit_ofn
from ingest.ofn_writer import write_ofn
from ingest.owx import read_owx
from ingest.rdf import read_rdfxml, read_turtle
from tests.robot import Robot

pytestmark = pytest.mark.long

RELEASES = {"eco": "2016-05-10", "pato": "2018-03-27", "uo": "2022-10-20"}
READERS: dict[str, Callable[[IO[bytes], str, ReadOptions], Document]] = {
    "ofn": read_ofn,
    "owx": read_owx,
    "ttl": read_turtle,
    "owl": read_rdfxml,
}
DIFFERENCES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "owl" / "obo-differences.json").read_text()
)
OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"


@dataclass(frozen=True)
class Twins:
    """An OBO release and the files that ROBOT made of it, by suffix."""

    obo: Path
    files: dict[str, Path]


@pytest.fixture(scope="module")
def twins(
    robot: Robot, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Twins]:
    folder = tmp_path_factory.mktemp("twins")

    @cache
    def convert(name: str) -> Twins:
        source = shared / name / f"{RELEASES[name]}.obo"
        files = {suffix: folder / f"{name}.{suffix}" for suffix in READERS}
        robot.convert(source, *files.values())
        return Twins(source, files)

    return convert


def statements(path: Path) -> frozenset[Statement]:
    with path.open("rb") as stream:
        document = READERS[path.suffix[1:]](stream, path.name, ReadOptions())
    assert not document.problems
    return document.statements


@pytest.mark.parametrize("name", RELEASES)
def test_four_twins_say_the_same(twins: Callable[[str], Twins], name: str) -> None:
    found = {suffix: statements(path) for suffix, path in twins(name).files.items()}
    assert len(found["ofn"]) > 3_000
    for suffix, other in found.items():
        if suffix in DIFFERENCES["declare prefixes of their own"]:
            other = frozenset(s for s in other if s.predicate != PREFIX)
        assert other == found["ofn"], suffix


@pytest.mark.parametrize("name", RELEASES)
def test_obo_and_owl_differ_in_what_is_listed(twins: Callable[[str], Twins], name: str) -> None:
    pair = twins(name)
    obo = frozenset(map(normal, read(pair.obo).statements))
    owl = frozenset(map(normal, statements(pair.files["ofn"])))
    assert not [s for s in obo - owl if not allowed(s, "only in OBO", obo, owl)]
    assert not [s for s in owl - obo if not allowed(s, "only in OWL", obo, owl)]
    assert len(obo & owl) > 0.99 * len(obo)


def normal(statement: Statement) -> Statement:
    """A statement as both formats would say it, where they only word it differently."""
    subject, value = statement.subject, statement.object
    if statement.predicate in DIFFERENCES["symmetric"] and isinstance(value, str):
        subject, value = sorted((subject, value))
    predicate = DIFFERENCES["renamed"].get(statement.predicate, statement.predicate)
    return Statement(subject, predicate, value, statement.qualifiers)


def allowed(
    statement: Statement, side: str, obo: frozenset[Statement], owl: frozenset[Statement]
) -> bool:
    return any(fits(statement, rule, obo, owl) for rule in DIFFERENCES[side])


def fits(
    statement: Statement, rule: dict[str, str], obo: frozenset[Statement], owl: frozenset[Statement]
) -> bool:
    if statement.predicate != rule["predicate"]:
        return False
    wanted = rule.get("object", statement.object)
    if wanted == "default namespace":
        default = OBO_IN_OWL + "default-namespace"
        wanted = next(s.object for s in owl if s.predicate == default)
    beside = rule.get("beside")
    if beside and not any(s.subject == statement.subject and s.predicate == beside for s in owl):
        return False
    subjects = rule.get("subject")
    known = alternatives(obo) if subjects == "alternative id" else None
    if known is not None and statement.subject not in known:
        return False
    if subjects == "undeclared" and declared(obo, statement.subject):
        return False
    return statement.object == wanted


@cache
def alternatives(obo: frozenset[Statement]) -> frozenset[Node]:
    texts = (s.object for s in obo if s.predicate == ALTERNATIVE_ID)
    return frozenset(
        OBO + text.value.replace(":", "_") for text in texts if isinstance(text, Literal)
    )


def declared(obo: frozenset[Statement], node: Node) -> bool:
    """Whether an OBO file has a term for a node."""
    kinds = {s.object for s in obo if s.subject == node and s.predicate == RDF_TYPE}
    return bool(kinds & {CLASS})


@pytest.mark.parametrize("name", RELEASES)
def test_the_bytes_of_robot_come_back(twins: Callable[[str], Twins], name: str) -> None:
    content = twins(name).files["ofn"].read_bytes()
    stream = io.BytesIO()
    write_ofn(MemorySnapshot(statements(twins(name).files["ofn"])), stream)
    assert stream.getvalue() == content


@pytest.mark.parametrize("name", RELEASES)
def test_horned_owl_counts_the_same_axioms(twins: Callable[[str], Twins], name: str) -> None:
    import pyhornedowl

    path = twins(name).files["ofn"]
    ontology = pyhornedowl.open_ontology(str(path), serialization="ofn")
    theirs = Counter(type(axiom.component).__name__ for axiom in ontology.get_axioms())
    ours = Counter(item.name for item in scanner(path.read_text(), ReadOptions()).items())
    assert sum(theirs.values()) > 3_000
    for kind in ("SubClassOf", "AnnotationAssertion", "EquivalentClasses", "DisjointClasses"):
        assert theirs[kind] == ours[kind], kind
    declared_ = sum(count for kind, count in theirs.items() if kind.startswith("Declare"))
    assert declared_ == ours["Declaration"]


def test_after_an_edit_robot_changes_no_further_line(
    twins: Callable[[str], Twins], robot: Robot, tmp_path: Path
) -> None:
    """Labels, parents, new classes and removals in a file that ROBOT wrote."""
    text = twins("eco").files["ofn"].read_text()
    old = statements(twins("eco").files["ofn"])
    classes = sorted(s.subject for s in old if s.predicate == RDF_TYPE and s.object == CLASS)
    edges = sorted((s for s in old if s.predicate == SUBCLASS_OF), key=Statement.encode)
    labels = sorted((s for s in old if s.predicate == LABEL), key=Statement.encode)
    fresh = OBO + "ECO_1000000"
    gone = frozenset({*labels[100:103], *edges[50:52]})
    come = frozenset(
        {
            *(
                Statement(s.subject, LABEL, Literal(f"new {i}"))
                for i, s in enumerate(labels[100:103])
            ),
            Statement(fresh, RDF_TYPE, CLASS),
            Statement(fresh, LABEL, Literal("fresh")),
            Statement(fresh, SUBCLASS_OF, classes[3]),
            Statement(classes[7], SUBCLASS_OF, fresh),
            Statement(classes[9], OBO + "ECO_9000000", classes[11]),
        }
    )
    edited = edit_ofn(text, old, (old - gone) | come)
    before, after = tmp_path / "before.ofn", tmp_path / "after.ofn"
    before.write_text(edited)
    robot.convert(before, after)
    assert after.read_text() == edited
