"""Edits keep an OBO file: only the lines that must change do."""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.memory import MemorySnapshot
from graph.model import Literal, Statement
from graph.overlay import Overlay
from graph.vocabulary import LABEL, OBO, ONTOLOGY, RDF_TYPE
from ingest import obo_edit
from ingest.editing import edit
from ingest.errors import IngestError
from ingest.formats import read_bytes
from ingest.obo import OboReader
from ingest.obo_edit import edit_obo
from ingest.obo_writer import write_obo
from kgcl.apply import apply
from kgcl.parser import parse
from kgdelta.patching import apply_to_file
from tests.ingest.any_graph import STATEMENTS
from tests.robot import Robot

DATA = Path(__file__).parent / "data" / "obo"
CASES: list[dict[str, Any]] = tomllib.loads((DATA / "edits.toml").read_text())["case"]
State = frozenset[Statement]


def said(text: str, ontology: str | None = None) -> State:
    return OboReader().read(text, "", ontology).statements


def lines_between(before: str, after: str) -> tuple[list[str], list[str]]:
    one, other = Counter(before.splitlines()), Counter(after.splitlines())
    return sorted((one - other).elements()), sorted((other - one).elements())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_lines_that_change(case: dict[str, Any]) -> None:
    """Changes in KGCL, and the file as it must be afterwards."""
    text = case["before"]
    state = MemorySnapshot(said(text))
    outcome = apply(parse(case["changes"]), state)
    assert not outcome.rejected, outcome.rejected[0].reason
    after = frozenset(Overlay(state, outcome.delta).statements())
    edited = edit_obo(text, state.all, after, refresh=case.get("refresh", True))
    assert edited == case["after"]
    assert said(edited) == after


@pytest.mark.parametrize(
    ("mark", "codec", "newline"),
    [
        (b"", "utf-8", "\n"),
        (b"", "utf-8", "\r\n"),
        (b"", "utf-8", "\r"),
        (b"\xef\xbb\xbf", "utf-8", "\r\n"),
        (b"\xff\xfe", "utf-16-le", "\n"),
        (b"\xfe\xff", "utf-16-be", "\n"),
        (b"", "cp1252", "\n"),
    ],
)
def test_encoding_and_line_ends_stay(mark: bytes, codec: str, newline: str) -> None:
    text = "format-version: 1.2\nontology: x\n\n[Term]\nid: X:1\nname: \u00e9t\u00e9\n"
    content = mark + text.replace("\n", newline).encode(codec)
    old = read_bytes(content, "x.obo").statements
    new = old - {Statement(OBO + "X_1", LABEL, Literal("\u00e9t\u00e9"))}
    new |= {Statement(OBO + "X_1", LABEL, Literal("\u00e0"))}
    edited = edit(content, "x.obo", "obo", old, new)
    assert edited == mark + text.replace("\u00e9t\u00e9", "\u00e0").replace("\n", newline).encode(
        codec
    )
    assert read_bytes(edited, "x.obo").statements == new


def test_what_the_encoding_cannot_say_is_an_error() -> None:
    content = "format-version: 1.2\nontology: x\n\n[Term]\nid: X:1\nname: \u00e9\n".encode("cp1252")
    old = read_bytes(content, "x.obo").statements
    new = old | {Statement(OBO + "X_1", LABEL, Literal("\u2192"))}
    with pytest.raises(
        IngestError, match="is not in cp1252, which the file is in; save it as UTF-8"
    ):
        edit(content, "x.obo", "obo", old, new)


GRAPHS = st.lists(STATEMENTS, max_size=8).map(frozenset)


@given(GRAPHS, GRAPHS, GRAPHS, st.integers(0, 1 << 16))
def test_an_edited_file_says_the_new_state(
    kept: State, gone: State, come: State, seed: int
) -> None:
    """Whatever is said, and however the file is ordered and spaced."""
    text = disturbed(write_obo(MemorySnapshot(kept | gone)), random.Random(seed))
    old = said(text)
    # An OBO file always says of which ontology it is.
    new = (old - gone) | kept | come | {s for s in old if s.object == ONTOLOGY}
    assert edit_obo(text, old, old) == text
    edited = edit_obo(text, old, new)
    assert said(edited) == new


def disturbed(text: str, chance: random.Random) -> str:
    """The same statements: frames in another order, comments, blank lines, other line ends."""
    header, *frames = text.split("\n\n[")
    chance.shuffle(frames)
    lines = "\n\n[".join([header, *(frame.rstrip("\n") for frame in frames)]).split("\n")
    made = []
    for line in lines:
        made.append(line)
        if line.startswith("[") and chance.random() < 0.3:
            made.append("! a comment")
        if not line and chance.random() < 0.3:
            made.append("")
    return chance.choice(["\n", "\r\n"]).join(made) + chance.choice(["", "\n", "\n\n"])


FRAMES = (
    "".join(
        f"[Term]\nid: X:{n}\nname:  n{n} \n! note {n}\nxref: Z:2\nxref: Z:1\n"
        f"{'' if n % 3 else 'bad'}\n\n"
        for n in range(30)
    ).rstrip()
    + "\n"
)


@given(st.sets(st.integers(0, 29), max_size=4), st.sets(st.integers(30, 34), max_size=2))
def test_frames_that_no_change_touches_keep_their_bytes(touched: set[int], new: set[int]) -> None:
    text = f"format-version: 1.2\nontology: x\n\n{FRAMES}"
    old = said(text)
    gone = {
        s for s in old if s.predicate == LABEL and s.subject in {f"{OBO}X_{n}" for n in touched}
    }
    come = {Statement(s.subject, LABEL, Literal("other")) for s in gone}
    come |= {Statement(f"{OBO}X_{n}", RDF_TYPE, "http://www.w3.org/2002/07/owl#Class") for n in new}
    edited = edit_obo(text, old, (old - gone) | come)
    before, after = lines_between(text, edited)
    assert before == sorted(f"name:  n{n} " for n in touched)
    made = [line for n in new for line in ("", "[Term]", f"id: X:{n}")]
    assert after == sorted(["name: other"] * len(touched) + made)


#: Releases, and the lines that edits take more than authors took. One release of eco gives a
#: relation's short name to another IRI; its 82 uses are then written with the new id.
RELEASES = [("uo", 24, 0), ("eco", 24, 164), ("pato", 10, 4)]


def releases(shared: Path, name: str) -> list[str]:
    contents = [path.read_bytes() for path in sorted((shared / name).glob("*.obo"))]
    return [content.decode("utf-8" if _is_utf8(content) else "cp1252") for content in contents]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_pair(before: str, after: str, ontology: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Bring a release to the next one; how many lines that took beside those of its authors."""

    def never(*_: object) -> str:
        pytest.fail("the whole file was written anew")

    monkeypatch.setattr(obo_edit, "write_obo", never)
    old, new = said(before, ontology), said(after, ontology)
    assert edit_obo(before, old, old, ontology=ontology) == before
    edited = edit_obo(before, old, new, ontology=ontology)
    assert said(edited, ontology) == new
    ours = sum(map(len, lines_between(before, edited)))
    theirs = sum(map(len, lines_between(before, after)))
    return ours - theirs


def test_a_release_becomes_the_next(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = releases(shared, "eco")
    assert check_pair(texts[-3], texts[-2], "eco", monkeypatch) <= 0


@pytest.mark.long
@pytest.mark.parametrize(("name", "count", "most"), RELEASES)
def test_every_release_becomes_the_next_in_few_lines(
    shared: Path, name: str, count: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = releases(shared, name)
    assert len(texts) == count
    more = [check_pair(before, after, name, monkeypatch) for before, after in pairwise(texts)]
    assert sum(more) <= most


@pytest.mark.long
@pytest.mark.parametrize("form", ["obo", "ofn"])
def test_robot_changes_no_further_line(
    form: str, shared: Path, robot: Robot, tmp_path: Path
) -> None:
    """Changes of many kinds to a file that ROBOT wrote; then ROBOT writes it again."""
    before, edited, after = (tmp_path / f"{name}.{form}" for name in ("before", "edited", "after"))
    robot.convert(shared / "eco" / "2016-05-10.obo", before, check=False)
    changes = (DATA / "robot.kgcl").read_text()
    outcome, _ = apply_to_file(changes, before, edited)
    assert not outcome.rejected
    robot.convert(edited, after, check=False)
    assert after.read_text() == edited.read_text()
    gone, new = lines_between(before.read_text(), edited.read_text())
    assert 10 < len(new) < 120
    assert len(gone) < len(new)


def test_a_file_that_says_more_than_its_caller_knows_keeps_saying_it() -> None:
    text = "format-version: 1.2\nontology: x\n\n[Term]\nid: X:1\nname: a\ncomment: mine\n"
    old = {Statement(OBO + "X_1", LABEL, Literal("a"))}
    new = {Statement(OBO + "X_1", LABEL, Literal("b"))}
    assert edit_obo(text, old, new) == text.replace("name: a", "name: b")
