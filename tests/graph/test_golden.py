"""Digests and commit ids as fixed numbers: the format does not change silently."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from graph.commit import Commit, CommitMeta
from graph.expression import Expression
from graph.model import Delta, Literal, Qualifier, Statement

GOLDEN = json.loads((Path(__file__).parent / "data" / "golden.json").read_text())


def eight(data: bytes) -> bytes:
    return len(data).to_bytes(8, "big") + data


def term(value: object) -> bytes:
    """The documented encoding of a term in JSON, written once more from its description."""
    if isinstance(value, str):
        return b"N" + eight(value.encode())
    if "op" in value:
        inner = [eight(term(argument)) for argument in value["args"]]
        return b"E" + eight(value["op"].encode()) + len(inner).to_bytes(8, "big") + b"".join(inner)
    fields = (value["value"], value["datatype"], value.get("language", ""))
    return b"L" + b"".join(eight(field.encode()) for field in fields)


def group(entries: list) -> bytes:
    encoded = [eight(p.encode()) + term(v) + group(inner) for p, v, inner in entries]
    return len(encoded).to_bytes(4, "big") + b"".join(sorted(encoded))


def statement_bytes(row: dict) -> bytes:
    parts = eight(row["s"].encode()) + eight(row["p"].encode())
    return parts + term(row["o"]) + group(row["q"])


def as_term(value: object) -> object:
    if isinstance(value, str):
        return value
    if "op" in value:
        return Expression(value["op"], tuple(as_term(a) for a in value["args"]))
    return Literal(value["value"], value["datatype"], value.get("language", ""))


def as_group(entries: list) -> tuple[Qualifier, ...]:
    return tuple(Qualifier(p, as_term(v), as_group(inner)) for p, v, inner in entries)


def as_statement(row: dict) -> Statement:
    return Statement(row["s"], row["p"], as_term(row["o"]), as_group(row["q"]))


@pytest.mark.parametrize("row", GOLDEN["statements"], ids=lambda row: row["name"])
def test_digests_of_statements(row: dict) -> None:
    assert as_statement(row).digest().hex() == row["digest"]
    assert hashlib.sha256(statement_bytes(row)).hexdigest() == row["digest"]


def delta_of(row: dict) -> Delta:
    by_name = {r["name"]: as_statement(r) for r in GOLDEN["statements"]}
    return Delta(
        frozenset(by_name[n] for n in row["removed"]), frozenset(by_name[n] for n in row["added"])
    )


@pytest.mark.parametrize("row", GOLDEN["commits"], ids=lambda row: row["name"])
def test_ids_of_commits(row: dict) -> None:
    meta = CommitMeta(
        row["message"],
        row["author"],
        datetime.fromisoformat(row["authored"]),
        tuple(row["changes"]),
        tuple((key, value) for key, value in row["provenance"]),
    )
    committed = datetime.fromisoformat(row["committed"])
    commit = Commit.make(tuple(row["parents"]), delta_of(row).digest(), meta, committed)
    assert commit.id == row["id"]
    assert commit.recomputed_id() == row["id"]
    assert independent_id(row) == row["id"]


def independent_id(row: dict) -> str:
    """The documented fields in order, hashed without any code of the product."""
    digests = {r["name"]: bytes.fromhex(r["digest"]) for r in GOLDEN["statements"]}
    delta = hashlib.sha256()
    for side in ("removed", "added"):
        delta.update(len(row[side]).to_bytes(8, "big"))
        delta.update(b"".join(sorted(digests[name] for name in row[side])))

    def a_list(items: list[bytes]) -> bytes:
        return len(items).to_bytes(8, "big") + b"".join(eight(item) for item in items)

    def time(text: str) -> bytes:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        return eight(moment.isoformat().replace("+00:00", "Z").encode())

    return hashlib.sha256(
        b"\x01"
        + a_list([bytes.fromhex(parent) for parent in row["parents"]])
        + eight(delta.digest())
        + a_list([change.encode() for change in row["changes"]])
        + eight(row["author"].encode())
        + time(row["authored"])
        + time(row["committed"])
        + eight(row["message"].encode())
        + a_list([eight(k.encode()) + eight(v.encode()) for k, v in sorted(row["provenance"])])
    ).hexdigest()


def test_the_same_moment_elsewhere_is_the_same_commit() -> None:
    here = datetime(2020, 1, 1, 12, tzinfo=UTC)
    there = here.astimezone(timezone(timedelta(hours=5)))
    one = Commit.make((), b"\x00" * 32, CommitMeta("m", "a", here), here)
    assert one == Commit.make((), b"\x00" * 32, CommitMeta("m", "a", there), there)
    assert one != Commit.make((), b"\x00" * 32, CommitMeta("m", "a", here), here.replace(hour=13))
