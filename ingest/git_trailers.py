"""What a commit of a store leaves in the message of a git commit, and how it is found again.

The message comes first, as it is; the last paragraph is trailers: ``Kgdelta-Commit`` with the id,
then what git has no place for, as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from graph.commit import as_utc, format_time

if TYPE_CHECKING:
    from graph.commit import Commit

_COMMIT: Final = "Kgdelta-Commit"
_PROVENANCE: Final = "Kgdelta-Provenance"
_AUTHOR: Final = "Kgdelta-Author"
_AUTHORED: Final = "Kgdelta-Authored"
_MESSAGE: Final = "Kgdelta-Message"
_TRAILER: Final = re.compile(r"(Kgdelta-[A-Z][a-z]+): (.*)")
#: How a commit is known again in the place that it was imported to; elsewhere it is not it.
OWN: Final = frozenset({"version", "passed", "unread", "source"})
#: What git itself says of a commit.
_OF_GIT: Final = frozenset({"git-commit", "git-committed"})


@dataclass(frozen=True, slots=True)
class Carried:
    """What the trailers of a git commit say: the store's commit, and what git cannot hold."""

    commit: str = ""
    author: str = ""
    authored: datetime | None = None
    provenance: tuple[tuple[str, str], ...] = ()


def with_trailers(commit: Commit, author: str) -> str:
    """The message of the git commit that stands for a commit; ``author`` is what git is told."""
    message = commit.message
    plain = "\0" not in message and message == message.strip("\n") and not _trailing(message)[1]
    head = f"{message}\n\n" if plain and message else ""
    return head + "".join(f"{key}: {value}\n" for key, value in _made(commit, author, plain))


def _made(commit: Commit, author: str, plain: bool) -> Iterator[tuple[str, str]]:
    yield _COMMIT, commit.id
    if not plain:
        yield _MESSAGE, json.dumps(commit.message)
    if author != commit.author:
        yield _AUTHOR, json.dumps(commit.author)
    if commit.authored.microsecond or commit.authored.timestamp() < 0:
        yield _AUTHORED, format_time(commit.authored)
    for key, value in commit.provenance:
        if key not in OWN:
            yield _PROVENANCE, json.dumps([key, value])


def original(message: str) -> tuple[str, Carried]:
    """The message as it was, and what its trailers carry; of other messages all, and nothing."""
    head, found = _trailing(message.rstrip("\n"))
    commit = next((value for key, value in found if key == _COMMIT), "")
    if not commit:
        return message.rstrip("\n"), Carried()
    author, authored, provenance = "", None, [("kgdelta-commit", commit)]
    try:
        for key, value in found:
            if key == _MESSAGE:
                head = str(json.loads(value))
            elif key == _AUTHOR:
                author = str(json.loads(value))
            elif key == _AUTHORED:
                authored = as_utc(datetime.fromisoformat(value))
            elif key == _PROVENANCE:
                name, text = json.loads(value)
                if name not in OWN and name not in _OF_GIT:
                    provenance.append((str(name), str(text)))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return message.rstrip("\n"), Carried()
    return head, Carried(commit, author, authored, tuple(provenance))


def _trailing(message: str) -> tuple[str, list[tuple[str, str]]]:
    """A message without its last paragraph and the trailers in that, if all of it is trailers."""
    head, _, last = message.rpartition("\n\n")
    rows = [_TRAILER.fullmatch(line) for line in last.split("\n")]
    if not all(rows):
        return message, []
    return head, [(row[1], row[2]) for row in rows if row]
