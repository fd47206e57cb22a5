"""Repairs of doubted statements as KGCL, for the ordinary dry run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.model import Delta, Statement
from graph.prefixes import PrefixMap
from kgcl.diff import lift
from kgcl.errors import ChangeError
from kgcl.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.denoise_results import Suspicion
    from embeddings.repairs import Repair
    from graph.snapshot import Snapshot
    from kgcl.changes import Change
    from kgdelta.suspicion_runs import DenoiseRun
    from kgdelta.suspicions import ToldSuspicion

#: Statements with a lower posterior are rather true, and get no repair.
RATHER_WRONG: Final = 0.5


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would repair a statement: KGCL commands, one a line, none where KGCL says no such thing.

    ``kind`` is other object, other relation, turned or remove.
    """

    suspicion: ToldSuspicion
    kind: str
    commands: tuple[str, ...]


def propose(run: DenoiseRun, snapshot: Snapshot, most: int) -> list[Proposal]:
    """Repairs of the statements that are rather wrong, of the first so many, the likeliest first.

    None of a run that was kept before: it is to be made anew. Axioms get no repair.
    """
    from embeddings.repairs import Repairs

    asked = [
        (row, told)
        for row, told in zip(run.doubted[:most], run.rows[:most], strict=True)
        if row.posterior > RATHER_WRONG and isinstance(row.object, str)
    ]
    if run.judgement is None or not asked:
        return []
    doubted = [row for row, _ in asked]
    repairs = Repairs(run.judgement).of(doubted)
    standing = _statements(doubted, snapshot)
    prefixes = PrefixMap.of(snapshot)
    found = []
    for (row, told), repair in zip(asked, repairs, strict=True):
        if row.key in standing:
            changes = _changes(standing[row.key], repair, snapshot)
            commands = tuple(render(change, prefixes) for change in changes)
            found.append(Proposal(told, _kind(row, repair), commands))
    return found


def _changes(statement: Statement, repair: Repair, snapshot: Snapshot) -> list[Change]:
    """What puts a repair in a statement's place; nothing where that cannot be said."""
    added: frozenset[Statement] = frozenset()
    if repair.object is not None:
        added = frozenset({Statement(repair.subject, repair.predicate, repair.object)})
    try:
        return lift(snapshot, Delta(added=added, removed=frozenset({statement})))
    except ChangeError:
        return []


def _statements(rows: Sequence[Suspicion], snapshot: Snapshot) -> dict[object, Statement]:
    """The statements that rows are about, with their qualifiers."""
    keys = {row.key for row in rows}
    subjects = {row.subject for row in rows}
    return {s.key: s for s in snapshot.statements(subjects) if s.key in keys}


def _kind(row: Suspicion, repair: Repair) -> str:
    if repair.object is None:
        return "remove"
    if repair.subject != row.subject:
        return "turned"
    return "other object" if repair.predicate == row.predicate else "other relation"


def to_text(proposals: Sequence[Proposal], about: str) -> str:
    """A file of KGCL that ``apply`` takes, each command under what it repairs and why."""
    lines = [f"# {about}", "# Read each before it is applied: kgdelta apply --dry-run"]
    for proposal in proposals:
        suspicion = proposal.suspicion
        lines += ["", f"# {suspicion.posterior:.0%} wrong: {_line(suspicion.text)}"]
        lines += [f"#   {_line(reason)}" for reason in suspicion.reasons[:3]]
        lines += proposal.commands or ["#   no command of KGCL says the repair"]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())
