"""Commits: what one person recorded at one time, named by the hash of its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from graph.encoding import encode_bytes, encode_list, encode_text

FORMAT_VERSION: Final = 1

#: What a purge leaves of a message or a change that quoted what it erased.
ERASED_TEXT: Final = "(erased)"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def as_utc(moment: datetime) -> datetime:
    """A moment in UTC; one without an offset is taken to be in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_microseconds(moment: datetime) -> int:
    """A moment as whole microseconds since 1970, exact."""
    return (as_utc(moment) - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The inverse of :func:`to_microseconds`."""
    return _EPOCH + count * _MICROSECOND


def format_time(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, with microseconds only where it has any."""
    return as_utc(moment).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class CommitMeta:
    """What a person says about a commit.

    ``changes`` are the change commands as text, in order; ``provenance`` says where the commit
    came from (``source``, ``issue``, ``pull-request``). Missing times are the time of the commit.
    """

    message: str = ""
    author: str = ""
    authored: datetime | None = None
    changes: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "provenance", tuple(sorted(set(self.provenance))))


@dataclass(frozen=True, slots=True)
class Commit:
    """A recorded delta; ``id`` is the SHA-256 of everything else, in hex.

    The delta is against the first parent, and is named here by its hash.
    """

    id: str
    parents: tuple[str, ...]
    delta: bytes
    author: str
    authored: datetime
    committed: datetime
    message: str
    changes: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()

    @classmethod
    def make(
        cls, parents: tuple[str, ...], delta: bytes, meta: CommitMeta, committed: datetime
    ) -> Commit:
        """A commit with its id computed; times are brought to UTC."""
        committed = as_utc(committed)
        authored = as_utc(meta.authored) if meta.authored else committed
        commit_id = _commit_id(parents, delta, meta, authored, committed)
        return cls(
            commit_id,
            parents,
            delta,
            meta.author,
            authored,
            committed,
            meta.message,
            meta.changes,
            meta.provenance,
        )

    @property
    def short(self) -> str:
        """The first twelve digits of the id, for people."""
        return self.id[:12]

    @property
    def adds_up(self) -> bool:
        """Whether the fields call for the id; where words were purged, that cannot be told."""
        if ERASED_TEXT in (self.message, *self.changes):
            return True
        return self.recomputed_id() == self.id

    def recomputed_id(self) -> str:
        """The id that the fields call for; differs from ``id`` where a record was damaged."""
        meta = CommitMeta(self.message, self.author, self.authored, self.changes, self.provenance)
        return _commit_id(self.parents, self.delta, meta, self.authored, self.committed)


def _commit_id(
    parents: tuple[str, ...],
    delta: bytes,
    meta: CommitMeta,
    authored: datetime,
    committed: datetime,
) -> str:
    """SHA-256 over a format-version byte and length-prefixed fields, in the documented order."""
    sha = hashlib.sha256()
    sha.update(bytes([FORMAT_VERSION]))
    sha.update(encode_list(bytes.fromhex(parent) for parent in parents))
    sha.update(encode_bytes(delta))
    sha.update(encode_list(change.encode() for change in meta.changes))
    sha.update(encode_text(meta.author))
    sha.update(encode_text(format_time(authored)))
    sha.update(encode_text(format_time(committed)))
    sha.update(encode_text(meta.message))
    sha.update(encode_list(encode_text(key) + encode_text(value) for key, value in meta.provenance))
    return sha.hexdigest()
