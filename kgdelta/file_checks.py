"""What is wrong with files that were changed, and what of it was not wrong before."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.document import Problem


def fresh_problems(before: Iterable[Problem], now: Iterable[Problem]) -> list[Problem]:
    """The problems that a file has now and did not have before, wherever they stood."""
    known = Counter(problem.reason for problem in before)
    fresh = []
    for problem in now:
        if known[problem.reason]:
            known[problem.reason] -= 1
        else:
            fresh.append(problem)
    return fresh
