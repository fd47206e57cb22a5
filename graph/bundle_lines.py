"""The lines of a bundle that are not statements: its header, its commits, its last line."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from graph.commit import Commit, CommitMeta, as_utc, format_time

FORMAT: Final = "kgdelta bundle"
FORMAT_VERSION: Final = 1
#: Bytes of the last line: ``{"sha256":"..."}``, with its line break.
END_LENGTH: Final = 13 + 64 + 1
_COMMIT_ID: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """What a bundle holds: the names in it, and the commits that its receiver must have."""

    graph: str
    requires: tuple[str, ...]
    branches: Mapping[str, str]
    tags: Mapping[str, str]
    commits: int


def encode_header(info: BundleInfo) -> bytes:
    """The first line, its names in order."""
    return _line(
        {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "graph": info.graph,
            "requires": sorted(info.requires),
            "branches": dict(sorted(info.branches.items())),
            "tags": dict(sorted(info.tags.items())),
            "commits": info.commits,
        }
    )


def decode_header(line: bytes) -> BundleInfo:
    """What the first line says. Raises ValueError."""
    try:
        header = _object(line)
    except ValueError:
        header = {}
    if header.get("format") != FORMAT:
        raise ValueError("it is not a bundle of kgdelta")
    version = header.get("version")
    if version != FORMAT_VERSION:
        if type(version) is int and version > FORMAT_VERSION:
            raise ValueError(f"its format {version} is newer than this one: upgrade kgdelta")
        raise ValueError(f"its format {version!r} is unknown")
    requires = tuple(_commit_id(commit) for commit in _list(header, "requires"))
    branches, tags = _names(header, "branches"), _names(header, "tags")
    return BundleInfo(_text(header, "graph"), requires, branches, tags, _count(header, "commits"))


def encode_commit(commit: Commit, removed: int, added: int) -> bytes:
    """The line of a commit, with the numbers of statements that follow it."""
    return _line(
        {
            "commit": commit.id,
            "parents": commit.parents,
            "delta": commit.delta.hex(),
            "author": commit.author,
            "authored": format_time(commit.authored),
            "committed": format_time(commit.committed),
            "message": commit.message,
            "changes": commit.changes,
            "provenance": commit.provenance,
            "removed": removed,
            "added": added,
        }
    )


def decode_commit(line: bytes) -> tuple[Commit, int, int]:
    """A commit and the numbers of statements it removes and adds. Raises ValueError."""
    read = _object(line)
    changes = tuple(_as_text(change) for change in _list(read, "changes"))
    provenance = tuple(_pair(pair) for pair in _list(read, "provenance"))
    commit = Commit(
        _commit_id(read.get("commit")),
        tuple(_commit_id(parent) for parent in _list(read, "parents")),
        bytes.fromhex(_commit_id(read.get("delta"))),
        _text(read, "author"),
        as_utc(datetime.fromisoformat(_text(read, "authored"))),
        as_utc(datetime.fromisoformat(_text(read, "committed"))),
        _text(read, "message"),
        changes,
        # The id is over the sorted pairs, so that it says nothing about their order here.
        CommitMeta(provenance=provenance).provenance,
    )
    return commit, _count(read, "removed"), _count(read, "added")


def encode_end(digest: bytes) -> bytes:
    """The last line; its length does not depend on the digest."""
    return _line({"sha256": digest.hex()})


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _object(line: bytes) -> dict[str, Any]:
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise ValueError("a line that should be a JSON object is none")
    return read


def _as_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return value


def _text(read: Mapping[str, object], name: str) -> str:
    return _as_text(read.get(name))


def _list(read: Mapping[str, object], name: str) -> Collection[object]:
    value = read.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")
    return value


def _count(read: Mapping[str, object], name: str) -> int:
    value = read.get(name)
    if type(value) is not int or value < 0:
        raise ValueError(f"{name} is not a number of things")
    return value


def _commit_id(value: object) -> str:
    text = _as_text(value)
    if not _COMMIT_ID.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is not 64 digits of a hash")
    return text


def _pair(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("provenance is not a list of pairs")
    return _as_text(value[0]), _as_text(value[1])


def _names(read: Mapping[str, object], name: str) -> dict[str, str]:
    value = read.get(name)
    if not isinstance(value, dict):
        raise ValueError(f"{name} are not names of commits")
    return {_as_text(key): _commit_id(commit) for key, commit in value.items()}
