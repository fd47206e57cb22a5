"""Mutated files of every format of the table end in a document, or in an IngestError."""

from __future__ import annotations

import gzip
import io
import random
from typing import Final

import pytest

from ingest.document import Document
from ingest.errors import IngestError
from ingest.formats import FORMATS, read_bytes, write
from tests.ingest.fuzz_seeds import mutated_tree, seeds

#: Of formats whose files a server of their own opens, fewer in the ordinary suite.
COSTLY: Final = {"duckdb": 40, "parquet": 200}
#: One in this many is packed, and damaged as such.
PACKED: Final = 20
#: Of one in this many that is read, what was read is written and read again.
SURVIVING: Final = 10
#: Bytes that mean something to some format, and some that mean nothing to any.
PIECES: Final = (
    *(bytes([value]) for value in b"\t\n\r\"'|,#:{}[]()<>\\ ;.@^_&!=%?-/0\x00\x1a\x80\xff\xef"),
    b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n", b"<<(", b")>>", b"_:b", b"&e;", b"<!--", b"-->", b"]]>",
    b"<!DOCTYPE x [<!ENTITY e '&e;'>]>", b"\\u00", b"\\U0011ffff", b'""', b"null", b"1e999", b"{}",
    b"[Term]\n", b"id:", b"@prefix", b"@context", b"Annotation(", b'"""', b"\xed\xa0\x80",
    b"9" * 30,
)  # fmt: skip


def mutated(content: bytes, other: bytes, draw: random.Random) -> bytes:
    """Content with some bytes, lines or ends lost, doubled, swapped or put in."""
    data = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 3, 6, 12))):
        at = draw.randrange(len(data) + 1)
        length = draw.choice((1, 2, 8, 40))
        match draw.randrange(8):
            case 0:
                del data[at : at + length]
            case 1 | 2:
                data[at:at] = draw.choice(PIECES)
            case 3 if at < len(data):
                data[at] ^= 1 << draw.randrange(8)
            case 4:
                data[at:at] = data[at // 2 : at // 2 + length]
            case 5:
                start = draw.randrange(len(other) + 1)
                data[at : at + length] = other[start : start + length]
            case 6:
                lines = data.split(b"\n")
                draw.shuffle(lines)
                data = bytearray(b"\n").join(lines)
            case _ if draw.random() < 0.2:
                del data[at:]
    return bytes(data)


def fuzz(form: str, count: int) -> None:
    samples = seeds(form)
    draw = random.Random(f"fuzzing {form}")
    outcomes = {"read": 0, "refused": 0}
    several_lines = False
    for number in range(count):
        content = mutated(draw.choice(samples), draw.choice(samples), draw)
        if form == "obograph" and number % 3 == 0:
            content = mutated_tree(samples[0], draw)
        if number % PACKED == 0:
            content = gzip.compress(content, 1, mtime=0)
            content = mutated(content, content, draw) if number % (2 * PACKED) else content
        # What is damaged is told apart by its content half of the time, as by a name elsewhere.
        named = None if number % 2 else form
        try:
            document = read_bytes(content, f"seed{FORMATS[form].suffixes[0]}", named)
        except IngestError as error:
            several_lines = several_lines or "\n" in str(error)
            outcomes["refused"] += 1
        except Exception as error:
            raise AssertionError(f"{form} {number}: {error!r} of {content!r}") from error
        else:
            assert all(problem.reason for problem in document.problems), number
            outcomes["read"] += 1
            if number % SURVIVING == 0:
                survives(document, form)
    assert sum(outcomes.values()) == count
    assert outcomes["read"] > 0
    assert not several_lines


def survives(document: Document, form: str) -> None:
    """What was made of a damaged file is a graph like any other."""
    stream = io.BytesIO()
    write(document.snapshot(), stream, form)
    assert read_bytes(stream.getvalue(), "again", form).statements == document.statements


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_damaged_is_read_or_refused(form: str) -> None:
    fuzz(form, COSTLY.get(form, 600))


@pytest.mark.long
@pytest.mark.parametrize("form", FORMATS)
def test_many_damaged_files_are_read_or_refused(form: str) -> None:
    # A database takes 40 ms to open: a tenth of the others' 20,000 is a minute already.
    fuzz(form, 2_000 if form == "duckdb" else 20_000)
