"""Repairs of doubted statements as KGCL, for the ordinary dry run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.model import Delta, Statement
from graph.prefixes import PrefixMap
from kgcl.diff import lift
from kgcl.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.denoise_results import Suspicion
    from embeddings.repairs import Repair
    from graph.snapshot import Snapshot
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
    """Repairs of the statements that are rather wrong, at most so many, the likeliest first.

    Raises nothing of its own; a run that was kept before has to be made anew.
    """
    from embeddings.repairs import Repairs

    if run.judgement is None:
        return []
    doubted = [row for row in run.doubted[:most] if row.posterior > RATHER_WRONG]
    doubted = [row for row in doubted if isinstance(row.object, str)]
    told = {(t.subject, t.predicate, t.object): t for t in run.rows[:most]}
    repairs = Repairs(run.judgement).of(doubted)
    standing = _statements(doubted, snapshot)
    prefixes = PrefixMap.of(snapshot)
    found = []
    for row, repair in zip(doubted, repairs, strict=True):
        statement = standing.get(row.key)
        if statement is None:
            continue
        added: tuple[Statement, ...] = ()
        if repair.object is not None:
            added = (Statement(repair.subject, repair.predicate, repair.object),)
        changes = lift(snapshot, Delta(added=frozenset(added), removed=frozenset({statement})))
        name = (
            prefixes.contract(row.subject),
            prefixes.contract(row.predicate),
            prefixes.contract(str(row.object)),
        )
        commands = tuple(render(change, prefixes) for change in changes)
        found.append(Proposal(told[name], _kind(row, repair), commands))
    return found


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
