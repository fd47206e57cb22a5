"""Files as texts for git: what a file says, and what changed in it, in the change language."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.errors import KgdeltaError
from graph.memory import MemorySnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph.model import Node
    from kgcl.apply import Result

_CONTROL: Final = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")
#: What git gives for a file that is not there.
NO_FILE: Final = "/dev/null"


def text_lines(path: Path, form: str | None = None) -> Iterator[str]:
    """What a file says, as the changes that would make it, a group of lines for each node.

    The lines of a node depend on that node only, so that two texts differ where their files do;
    the ontology itself comes first. A file that cannot be read is its own text, after a comment
    with the reason, because git gives up where its helper fails; one that is no text is its size
    and its hash. Raises OSError.
    """
    try:
        yield from _said(path, form)
    except KgdeltaError as error:
        yield f"# not read: {' '.join(str(error).split())}"
        yield from _plain(path.read_bytes())


def _plain(content: bytes) -> Iterator[str]:
    """Content line by line, with nothing in it that a terminal would obey."""
    if b"\0" in content:
        yield f"# {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"
        return
    for line in content.decode("utf-8", "replace").splitlines():
        yield _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", line)


def _said(path: Path, form: str | None) -> Iterator[str]:
    from graph.model import Delta
    from graph.prefixes import PrefixMap, ontology_node
    from ingest.formats import read
    from kgcl.diff import lift_results
    from kgcl.render import render

    document = read(path, form)
    after = document.snapshot()
    prefixes, header = PrefixMap.of(after), ontology_node(after)
    groups: dict[Node, list[str]] = {}
    for result in lift_results(MemorySnapshot(()), Delta(added=document.statements)):
        groups.setdefault(_about(result), []).append(render(result.change, prefixes))
    names = {node: (node != header, prefixes.contract(node)) for node in groups}
    for number, node in enumerate(sorted(groups, key=names.__getitem__)):
        if number:
            yield ""
        yield from groups[node]


def _about(result: Result) -> Node:
    """The node that a change is about: the first of those of which it says something."""
    return min(s.subject for s in result.delta.added or result.delta.removed)


def changed_lines(path: str, old: Path, new: Path, renamed: str | None = None) -> Iterator[str]:
    """What git shows of a file that changed: a heading, and the changes, one a line.

    What cannot be read is told as a comment, because git gives up where its helper fails.
    """
    yield f"diff --kgcl a/{path} b/{renamed or path}"
    try:
        lines = list(_changes(path, old, new))
    except (KgdeltaError, OSError) as error:
        lines = [f"# not compared: {' '.join(str(error).split())}"]
    yield from lines or ["# the same statements: only comments, order or spacing changed"]


def _changes(path: str, old: Path, new: Path) -> Iterator[str]:
    from graph.model import Delta
    from graph.prefixes import PrefixMap
    from ingest.document import Document
    from ingest.formats import read
    from ingest.obo import OboReader
    from kgcl.diff import lift
    from kgcl.render import render
    from kgdelta.file_checks import fresh_problems
    from kgdelta.policies import telling_policy

    reader = OboReader()
    before, after = (
        Document(str(file), frozenset())
        if str(file) == NO_FILE or not file.stat().st_size
        else read(file, reader=reader)
        for file in (old, new)
    )
    for problem in fresh_problems(before.problems, after.problems):
        yield f"# line {problem.line}: {problem.reason}"
    state = before.snapshot()
    prefixes = PrefixMap.of(after.snapshot() if after.statements else state)
    delta = Delta.between(before.statements, after.statements)
    for change in lift(state, delta, telling_policy(None, path, state)):
        yield render(change, prefixes)
