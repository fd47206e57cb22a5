"""What people call a version, as the commit it stands for; and what names may look like."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

from graph.commit import as_utc
from graph.encoding import is_storable
from graph.errors import AlreadyExistsError, InvalidNameError, NotFoundError
from graph.store import MAIN

_PREFIX: Final = re.compile(r"[0-9a-f]{8,64}")
_STEPS: Final = re.compile(r"(.+)~([0-9]*)", re.DOTALL)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_FORBIDDEN: Final = re.compile(r"[\s~@^:\\\x00-\x1f\x7f]")
_MAX_NAME: Final = 200
_LAST_STEP: Final = 1 << 40


class Headed(Protocol):
    """A branch as a backend keeps it; ``head`` is the number of a commit."""

    @property
    def name(self) -> str | None:
        """What people call it."""

    @property
    def head(self) -> int | None:
        """The number of its last commit, None before the first."""


class Line(Protocol):
    """Commits by their numbers, as a version is looked for among them."""

    def ancestor(self, cid: int, steps: int) -> int | None:
        """The first parent so many steps back, None before the first commit."""

    def authored_by(self, cid: int, moment: datetime) -> int | None:
        """The newest commit in line order that was authored by a moment."""

    def starting_with(self, prefix: str) -> list[tuple[str, int]]:
        """Commits whose id starts with these digits, two at most."""


Row = TypeVar("Row", bound=Headed)


class VersionNames(ABC, Generic[Row]):
    """Names of one graph: branches, tags, commit ids, dates."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def branch(self, name: str) -> Row:
        """A branch by name. Raises NotFoundError."""
        found = self.branch_or_none(name)
        if found is None:
            raise NotFoundError("branch", name, "`kgdelta branch` lists them")
        return found

    @abstractmethod
    def branch_or_none(self, name: str) -> Row | None:
        """A branch by name, or None."""

    @abstractmethod
    def tag_or_none(self, name: str) -> int | None:
        """The number of the commit that a tag names, or None."""

    def commit(self, version: str) -> int:
        """The number of the commit that a version stands for. Raises NotFoundError."""
        found = self.commit_or_empty(version)
        if found is None:
            raise NotFoundError("version", version, "the branch has no commits yet")
        return found

    def commit_or_empty(self, version: str) -> int | None:
        """Like :meth:`commit`, None for a branch that has no commits yet."""
        if _PREFIX.fullmatch(version.lower()):
            # No name may look like a commit id, so nothing else can be meant.
            return self._by_prefix(version)
        branch = self.branch_or_none(version)
        if branch is not None:
            return branch.head
        tag = self.tag_or_none(version)
        if tag is not None:
            return tag
        steps = _STEPS.fullmatch(version)
        if steps:
            return self._back(version, steps[1], int(steps[2] or 1))
        line, at, date = version.rpartition("@")
        if at:
            return self._dated(version, line, date)
        if _moment(version) is not None:
            return self._dated(version, MAIN, version)
        hint = "name a commit id (8 digits or more), branch, tag, BRANCH~N or date (YYYY-MM-DD)"
        raise NotFoundError("version", version, hint)

    def _back(self, version: str, start: str, steps: int) -> int:
        found = self._line.ancestor(self.commit(start), min(steps, _LAST_STEP))
        if found is None:
            raise NotFoundError("version", version, "the line is shorter than that")
        return found

    def _dated(self, version: str, line: str, date: str) -> int:
        moment = _moment(date)
        if moment is None:
            raise NotFoundError("version", version, f"{date!r} is not a date (YYYY-MM-DD)")
        found = self._line.authored_by(self.commit(line), moment)
        if found is None:
            raise NotFoundError("version", version, f"no commit on {line!r} was made by then")
        return found

    def _by_prefix(self, version: str) -> int:
        found = self._line.starting_with(version.lower())
        if not found:
            raise NotFoundError("commit", version)
        if len(found) > 1:
            hint = f"several begin so, such as {found[0][0][:16]} and {found[1][0][:16]}"
            raise NotFoundError("single commit", version, hint)
        return found[0][1]

    def check_new(self, kind: str, name: str) -> None:
        """Raises InvalidNameError or AlreadyExistsError where a new name will not do."""
        reason = _fault(name)
        if reason:
            raise InvalidNameError(kind, name, reason)
        if self.branch_or_none(name) is not None:
            raise AlreadyExistsError("branch", name)
        if self.tag_or_none(name) is not None:
            raise AlreadyExistsError("tag", name)

    def check_removable(self, name: str) -> None:
        """Raises InvalidNameError for the branch that every graph has."""
        if name == MAIN:
            raise InvalidNameError("deleted branch", name, "every graph has this branch")


def _fault(name: str) -> str:
    """Why a name could be mistaken for something else, or nothing."""
    if not name or len(name) > _MAX_NAME:
        return f"names have 1 to {_MAX_NAME} characters"
    if _FORBIDDEN.search(name):
        return "spaces and the characters ~ @ ^ : \\ are not allowed"
    if name.startswith(("-", "/")) or name.endswith("/"):
        return "it begins with - or /, or ends with /"
    if _PREFIX.fullmatch(name.lower()):
        return "it looks like a commit id"
    if _moment(name) is not None:
        return "it looks like a date"
    if not is_storable(name):
        return "it is not valid Unicode"
    return ""


def _moment(text: str) -> datetime | None:
    """The moment that a text means; a bare date is the end of that day in UTC."""
    try:
        if _DATE.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day + timedelta(days=1, microseconds=-1)
        if not _DATE.match(text):
            return None
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None
