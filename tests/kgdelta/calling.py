"""Calls of the command line, and what they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Run = Callable[..., "Answer"]


class Answer:
    """What a call printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def rows(self) -> list[dict[str, Any]]:
        """JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def document(self) -> dict[str, Any]:
        """One JSON document."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def everything(run: Run) -> list[str]:
    """All that a store answers to: its names and the past of each."""
    listed = [run("branch", "--json"), run("tag", "--json"), run("graphs", "--json")]
    branches = [str(row["branch"]) for row in listed[0].rows]
    return [a.out for a in listed] + [run("log", "--at", name, "--json").out for name in branches]


def refused(run: Run, arguments: Sequence[str], code: int, message: str) -> Answer:
    """A call that fails in one line and changes nothing."""
    before = everything(run)
    answer = run(*arguments)
    assert answer.code == code, answer.err
    assert answer.err.startswith(f"kgdelta: {message}"), answer.err
    assert answer.err.count("\n") == 1
    assert everything(run) == before
    return answer
