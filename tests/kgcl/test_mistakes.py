"""Texts that are not KGCL: what was perhaps meant, and no surprise from any input."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest

from kgcl.changes import Change
from kgcl.errors import KgclSyntaxError
from kgcl.forms import FORMS
from kgcl.parser import parse, parse_all
from kgcl.render import render

DATA = Path(__file__).parent / "data"
MISTAKES = tomllib.loads((DATA / "mistakes.toml").read_text("utf-8"))["mistake"]
SAMPLES = [
    line
    for path in sorted((DATA / "text").glob("*.kgcl"))
    for line in path.read_text("utf-8").splitlines()
    if line.strip()
]
#: Pieces that a mutation puts into a line.
SPLINTERS = [
    "'", '"', "'''", "\\", "\\u00", "{", "}", "=", ",", "(", ")", "@en", "^^", "->", ";", "#", "<",
    ">", "begin", "end", "forcing begin", "with", "to", "from", "MS:1", "a:b", "label", "😀", "\0",
    "\t", "\u2028", "\ud800", "F(", "AUTOID:1", "because", "- ", "_:", ":", "''", "edge", "synonym",
]  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["text"])
def test_what_was_perhaps_meant(case: dict[str, str]) -> None:
    with pytest.raises(KgclSyntaxError) as caught:
        parse(case["text"])
    assert caught.value.suggestion == case["near"]
    if case["near"] not in {form for forms in FORMS.values() for form in forms} | {""}:
        assert len(parse(case["near"])) == 1
    assert (case["near"] in str(caught.value)) == bool(case["near"]) or not case["near"]


def test_ten_mistakes_are_ten_errors() -> None:
    text = "\n".join(f"delete MS:{n}\nremove MS:{n}" for n in range(10))
    parsed = parse_all(text)
    assert [error.line for error in parsed.errors] == list(range(2, 21, 2))
    assert len(parsed.commands) == 10


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("begin\ndelete MS:1", 1, "what begins here has no 'end'"),
        ("delete MS:1\nend", 2, "there is nothing to end here"),
        ("begin\nend", 2, "there is nothing between 'begin' and 'end'"),
        ("begin obsoletion\ndelete MS:1\nend", 2, "only obsoletions stand between"),
        ("obsolete MS:1 forcing begin", 1, "what begins here has no 'end'"),
    ],
)
def test_blocks_that_do_not_fit(text: str, line: int, reason: str) -> None:
    with pytest.raises(KgclSyntaxError, match=reason) as caught:
        parse(text)
    assert caught.value.line == line


def test_a_mistake_in_a_block_leaves_the_block_out_and_says_nothing_twice() -> None:
    parsed = parse_all("begin\ndelete MS:1\nremove\nend\ndelete MS:2")
    assert [error.line for error in parsed.errors] == [3]
    assert [command.text for command in parsed.commands] == ["delete MS:2"]


def test_blocks_nest_so_deep_and_no_deeper() -> None:
    inner = "begin\n" * 20 + "delete MS:1\n" + "end\n" * 20
    (change,) = parse(inner)
    assert parse(render(change)) == [change]
    with pytest.raises(KgclSyntaxError, match="blocks nest more than 20 deep"):
        parse("begin\n" + inner + "end")


def mutated(line: str, dice: random.Random) -> str:
    """A line with one to four things cut, put in, doubled or exchanged."""
    for _ in range(dice.randint(1, 4)):
        at, other = sorted(dice.randint(0, len(line)) for _ in range(2))
        kind = dice.randrange(5)
        if kind == 0:
            line = line[:at] + line[other:]
        elif kind == 1:
            line = f"{line[:at]}{dice.choice(['', ' '])}{dice.choice(SPLINTERS)} {line[at:]}"
        elif kind == 2:
            line = line[:other] + line[at:other] + line[other:]
        elif kind == 3:
            words = line.split(" ")
            dice.shuffle(words)
            line = " ".join(words)
        else:
            line = line[:at] + chr(dice.choice([dice.randrange(32, 127), dice.randrange(0x2FF)]))
            line += SAMPLES[dice.randrange(len(SAMPLES))][at:]
    return line


def fuzz(count: int) -> tuple[int, int]:
    """How many of the mutated lines are changes, and how many mistakes."""
    dice = random.Random(20261123)
    read = wrong = 0
    for number in range(count):
        line = mutated(dice.choice(SAMPLES), dice)
        parsed = parse_all(line)
        for error in parsed.errors:
            assert 1 <= error.line <= line.count("\n") + 1
            assert error.reason
            if number % 200 == 0:
                assert error.reason in str(error)
        read += not parsed.errors
        wrong += bool(parsed.errors)
        for change in parsed.changes:
            assert isinstance(change, Change)
            assert parse(render(change)) == [change]
    return read, wrong


def test_mutated_lines_read_or_are_mistakes() -> None:
    read, wrong = fuzz(5_000)
    assert read > 200
    assert wrong > 2_000


@pytest.mark.long
def test_a_hundred_thousand_mutated_lines_read_or_are_mistakes() -> None:
    read, wrong = fuzz(100_000)
    assert read + wrong == 100_000
    assert min(read, wrong) > 4_000
