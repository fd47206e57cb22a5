"""An OBO file and the twin that ROBOT makes of it in OWL say the same, but for what is listed."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from graph.model import Literal, Node, Statement
from graph.prefixes import PrefixMap
from graph.vocabulary import ALTERNATIVE_ID, OWL, RDF_TYPE
from ingest.formats import read, read_bytes
from ingest.obo_writer import write_obo
from tests.robot import Robot

pytestmark = pytest.mark.long

DATA = Path(__file__).parent / "data" / "obo"
#: Predicates whose statements ROBOT turns, so that the IRI that sorts first is the subject.
SYMMETRIC = {OWL + name for name in ("disjointWith", "inverseOf", "equivalentClass")}
DIFFERENCES: list[dict[str, str]] = json.loads((DATA / "twins.json").read_text())


class Twins:
    """The statements of an OBO file and of its twin in OWL."""

    def __init__(self, source: Path, folder: Path, robot: Robot) -> None:
        # ROBOT would fetch imports, which are not what is compared.
        text = re.sub("^import:.*\n", "", source.read_text(), flags=re.MULTILINE)
        copy, twin = folder / "twin.obo", folder / "twin.ofn"
        copy.write_text(text)
        robot.convert(copy, twin)
        self.obo = read(copy).statements
        self.owl = read(twin).statements
        prefixes = PrefixMap({}, {}, "")
        self.contract = prefixes.contract
        self.alternatives = {
            str(s.object.value).replace(":", "_", 1).lower()
            for s in self.obo
            if s.predicate == ALTERNATIVE_ID and isinstance(s.object, Literal)
        }
        self.typed = {s.subject for s in self.obo if s.predicate == RDF_TYPE}

    def text(self, statement: Statement) -> str:
        """A statement with ids as people write them."""
        return re.sub("<([^>]*)>", lambda found: self.contract(found[1]), str(statement))

    def fits(self, statement: Statement, rule: dict[str, str]) -> bool:
        """Whether a difference is one that a rule names."""
        subject = rule.get("subject")
        if subject == "alternative id" and not self.is_alternative(statement.subject):
            return False
        if subject == "undeclared" and statement.subject in self.typed:
            return False
        return re.search(rule["matches"], self.text(statement)) is not None

    def is_alternative(self, node: Node) -> bool:
        return re.split("[/#]", node)[-1].lower() in self.alternatives

    def mirrored(self, statement: Statement) -> bool:
        """Whether both have a symmetric statement, from its other end."""
        if statement.predicate not in SYMMETRIC or not isinstance(statement.object, str):
            return False
        other = Statement(
            statement.object, statement.predicate, statement.subject, statement.qualifiers
        )
        return other in self.obo | self.owl

    def unlisted(self, used: Counter[str]) -> list[str]:
        """The differences that no rule names; ``used`` counts the rules."""
        found = []
        for side, only in (("OBO", self.obo - self.owl), ("OWL", self.owl - self.obo)):
            for statement in only:
                if self.mirrored(statement):
                    continue
                rules = [r for r in DIFFERENCES if r["only in"] == side and self.fits(statement, r)]
                used.update(rule["why"] for rule in rules[:1])
                if not rules:
                    found.append(f"{side}: {self.text(statement)}")
        return sorted(found)


def test_every_tag(tmp_path: Path, robot: Robot) -> None:
    used: Counter[str] = Counter()
    twins = Twins(DATA / "every_tag.obo", tmp_path, robot)
    assert twins.unlisted(used) == []
    assert {rule["why"] for rule in DIFFERENCES} == set(used)
    assert len(twins.obo & twins.owl) > 80


@pytest.mark.parametrize("name", ["uo/2022-10-20", "eco/2016-05-10", "pato/2019-12-03"])
def test_releases(shared: Path, tmp_path: Path, robot: Robot, name: str) -> None:
    twins = Twins(shared / f"{name}.obo", tmp_path, robot)
    assert twins.unlisted(Counter()) == []
    assert len(twins.obo & twins.owl) > 0.98 * len(twins.obo)


def test_robot_reads_what_is_written(tmp_path: Path, robot: Robot) -> None:
    """The axioms of every tag are still there for ROBOT once the file is written anew."""
    document: Any = read_bytes((DATA / "every_tag.obo").read_bytes(), "every_tag.obo")
    written = tmp_path / "written.obo"
    written.write_text(write_obo(document.snapshot()))
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    one = Twins(DATA / "every_tag.obo", folders[0], robot)
    other = Twins(written, folders[1], robot)
    changed = {other.text(s) for s in one.owl ^ other.owl}
    # What is reported when it is read, is written as it is meant.
    told = (" rdf:type ", "#is_a ", "rdfs:subClassOf TST:0000009")
    assert {text for text in changed if not any(word in text for word in told)} == set()
