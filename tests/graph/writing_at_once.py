"""Writers that begin together, and what must be there when they have ended."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from graph.store import open_store
from tests.graph.committing import SIZE
from tests.graph.conformance import state
from tests.graph.store_files import acknowledged, start_together


def write_at_once(
    path: Path | str,
    branches: Sequence[str],
    writers: int,
    commits: int,
    graph: str = "default",
    *options: str,
) -> None:
    """So many processes, spread over the branches; what they were told is what is there."""
    with closing(open_store(str(path), graph, create=True)) as store:
        for branch in branches:
            if branch != "main":
                store.create_branch(branch)
    places = [branches[number % len(branches)] for number in range(writers)]
    processes = start_together(path, places, commits, "--graph", graph, *options)
    told = [acknowledged(process) for process in processes]
    assert [process.returncode for process in processes] == [0] * writers
    with closing(open_store(str(path), graph)) as store:
        for branch in branches:
            line = list(store.log(branch))
            expected = [made for made, place in zip(told, places, strict=True) if place == branch]
            assert sorted(each.id for each in line) == sorted(
                each for made in expected for each in made
            )
            parents = [parent for each in line for parent in each.parents]
            assert parents == [each.id for each in line[1:]]
            for made in expected:
                mine = set(made)
                assert [each.id for each in reversed(line) if each.id in mine] == made
            assert len(state(store, branch)) == SIZE * commits * len(expected)
        assert list(store.verify()) == []
