"""The short cut of the reader gives what its long way gives, on real frames and on damaged ones."""

from __future__ import annotations

import random
from pathlib import Path

from graph.prefixes import PrefixMap
from ingest.obo import blocks_of
from ingest.obo_frames import Frame, FrameReader
from ingest.obo_relations import Relations
from ingest.obo_text import logical_lines

PREFIXES = PrefixMap({"X": "http://x.org/"}, {"part_of": "http://x.org/part"}, "t")
RELATIONS = Relations(frozenset({"http://x.org/part"}), frozenset({"http://x.org/of"}))
INSERTED = [" ", "  ", "\t", "!", " ! ", '"', "\\", "{", "}", ' {a="b"}', "[", "]", ",", ":", ": ",
            " part_of", "X:of ", "is_a ", "true", ""]  # fmt: skip


def said(frame: Frame) -> tuple[object, ...]:
    return frame.subject, frame.statements, sorted(frame.problems), sorted(frame.remarks)


def check(kind: str, lines: list[str]) -> None:
    one, other = (FrameReader(PREFIXES, RELATIONS) for _ in range(2))
    assert said(one.read(kind, lines)) == said(other.read_thoroughly(kind, lines)), lines


def test_short_and_long_way_agree(shared: Path) -> None:
    chance = random.Random(11)
    checked = 0
    for path in (shared / "eco" / "2016-05-10.obo", shared / "pato" / "2019-12-03.obo"):
        lines, _ = logical_lines(path.read_text())
        blocks = list(blocks_of(lines))[1:]
        for block in chance.sample(blocks, 300):
            check(block.kind, list(block.lines))
            for _ in range(4):
                damaged = list(block.lines)
                for _ in range(chance.randint(1, 3)):
                    at = chance.randrange(len(damaged))
                    place = chance.randint(0, len(damaged[at]))
                    cut = place + chance.choice([0, 0, 1, 2])
                    put = chance.choice(INSERTED)
                    damaged[at] = damaged[at][:place] + put + damaged[at][cut:]
                if chance.random() < 0.2:
                    damaged.insert(chance.randint(0, len(damaged)), chance.choice(damaged))
                check(chance.choice(["Term", "Instance"]), damaged)
                checked += 1
    assert checked > 2_000
