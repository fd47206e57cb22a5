"""The first commit that made something so, found by halving, as ``git bisect`` does."""

from __future__ import annotations

from collections.abc import Callable

from graph.commit import Commit
from graph.errors import InvalidRangeError
from graph.snapshot import Snapshot
from graph.store import Store


def bisect(
    store: Store,
    good: str | None,
    bad: str,
    holds: Callable[[Snapshot], bool],
    on_step: Callable[[Commit, int], None] | None = None,
) -> Commit:
    """The first commit after ``good``, up to ``bad`` on its first-parent line, where it holds.

    It must not hold at ``good`` and must hold at ``bad``; both are checked, and with None for
    ``good`` every commit of the line is searched. Where it came and went in between, one of the
    commits where it came is found. At most log2(n) + 2 of n states are asked; before each one in
    between, ``on_step`` gets its commit and how many commits may still be the first.
    Raises InvalidRangeError where the ends do not fit, NotFoundError.
    """
    line = _line(store, good, bad)
    if good is not None and holds(store.snapshot(store.resolve(good))):
        raise InvalidRangeError(good, bad, "it holds at the start already; start earlier")
    if not holds(store.snapshot(line[-1])):
        raise InvalidRangeError(good, bad, "it does not hold at the end; nothing is to be found")
    first, last = 0, len(line) - 1
    while first < last:
        middle = (first + last) // 2
        if on_step is not None:
            on_step(store.show(line[middle]), last - first + 1)
        if holds(store.snapshot(line[middle])):
            last = middle
        else:
            first = middle + 1
    return store.show(line[last])


def _line(store: Store, good: str | None, bad: str) -> list[str]:
    """Ids of the commits in question, oldest first. Raises InvalidRangeError, NotFoundError."""
    start = None if good is None else store.resolve(good)
    line: list[str] = []
    for commit in store.log(store.resolve(bad)):
        if commit.id == start:
            break
        line.append(commit.id)
    else:
        if start is not None:
            reason = "the start is not on the first-parent line of the end; `log` shows that line"
            raise InvalidRangeError(good, bad, reason)
    if not line:
        raise InvalidRangeError(good, bad, "both ends are the same commit")
    return line[::-1]
