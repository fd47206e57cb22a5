"""What a commit changed, as the bytes that its node keeps.

Zstandard over one JSON object: ``t`` the terms, ``q`` the groups of qualifiers, ``r`` and ``a``
the statements removed and added, four numbers each, ``o`` the commits that set what a merge
brought, by the place of the statement in ``a``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graph.model import Delta, Object, Qualifier, Statement
from graph.statement_json import object_text, qualifiers_text, read_object, read_qualifiers

_LEVEL: Final = 3
#: Statements in one part of an entry; a part is some megabytes at most.
PART: Final = 50_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A delta, and the commits that set those of its statements that it did not set itself."""

    removed: tuple[Statement, ...]
    added: tuple[Statement, ...]
    origins: Mapping[Statement, int] = field(default_factory=dict)

    @property
    def delta(self) -> Delta:
        """What the commit changed."""
        return Delta(frozenset(self.removed), frozenset(self.added))


def to_parts(entry: Entry) -> list[bytes]:
    """An entry as bytes, in one part or more."""
    rows = [(0, s) for s in entry.removed] + [(1, s) for s in entry.added]
    parts = [rows[at : at + PART] for at in range(0, len(rows), PART)] or [[]]
    return [
        encode(
            [s for added, s in part if not added],
            [s for added, s in part if added],
            entry.origins,
        )
        for part in parts
    ]


def encode(
    removed: Iterable[Statement],
    added: Iterable[Statement],
    origins: Mapping[Statement, int] | None = None,
) -> bytes:
    """Some statements of an entry as bytes."""
    import zstandard

    terms: dict[Object, int] = {}
    groups: dict[tuple[Qualifier, ...], int] = {(): 0}
    listed = list(added)
    rows: list[list[int]] = []
    for statements in (removed, listed):
        flat: list[int] = []
        for s in statements:
            flat += (
                terms.setdefault(s.subject, len(terms)),
                terms.setdefault(s.predicate, len(terms)),
                terms.setdefault(s.object, len(terms)),
                groups.setdefault(s.qualifiers, len(groups)),
            )
        rows.append(flat)
    given = origins or {}
    own = {str(i): given[s] for i, s in enumerate(listed) if s in given} if given else {}
    text = (
        f'{{"t":[{",".join(map(object_text, terms))}],'
        f'"q":[{",".join(map(qualifiers_text, groups))}],'
        f'"r":{json.dumps(rows[0])},"a":{json.dumps(rows[1])},"o":{json.dumps(own)}}}'
    )
    return zstandard.ZstdCompressor(level=_LEVEL).compress(text.encode())


def from_parts(parts: Iterable[bytes]) -> Entry:
    """The entry that bytes say. Raises ValueError where they say none."""
    removed: list[Statement] = []
    added: list[Statement] = []
    origins: dict[Statement, int] = {}
    for part in parts:
        read = _parsed(part)
        terms = [read_object(term) for term in read["t"]]
        groups = [read_qualifiers(group) for group in read["q"]]
        for name, into in (("r", removed), ("a", added)):
            flat = iter(read[name])
            first = len(into)
            into += [
                Statement(terms[s], terms[p], terms[o], groups[q])
                for s, p, o, q in zip(flat, flat, flat, flat, strict=True)
            ]
            if name == "a":
                origins |= {into[first + int(at)]: cid for at, cid in read["o"].items()}
    return Entry(tuple(removed), tuple(added), origins)


def _parsed(part: bytes) -> Any:
    import zstandard

    try:
        return json.loads(zstandard.ZstdDecompressor().decompress(part))
    except zstandard.ZstdError as error:
        raise ValueError(f"a part of a log is damaged: {error}") from None
