"""What became of a batch: for people line by line, for programs a row for each change."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import click

from kgdelta.output import counted, emit_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graph.snapshot import Snapshot
    from kgcl.apply import Outcome, Result
    from kgcl.batch import BatchConflict
    from kgcl.impact import Impact
    from kgcl.parser import Command


class Report:
    """Tells results against the state before the batch; a dry run tells the delta and its reach.

    Lines with - and + are what the words of a change say, *also* is what they do not say.

    ``aside`` writes all of it to standard error, where standard output holds a file.
    """

    def __init__(self, before: Snapshot, dry_run: bool, as_json: bool, aside: bool = False) -> None:
        from graph.prefixes import PrefixMap
        from kgdelta.effect_words import Words

        self.before = before
        self.dry_run = dry_run
        self.as_json = as_json
        self.aside = aside
        self.prefixes = PrefixMap.of(before)
        self.words = Words(self.prefixes, before)

    def tell(self, commands: Sequence[Command], outcome: Outcome) -> None:
        """Every change with its status, reason and side effects, in order."""
        pairs: defaultdict[int, list[BatchConflict]] = defaultdict(list)
        for conflict in outcome.conflicts:
            pairs[conflict.second].append(conflict)
        told = zip(commands, outcome.results, strict=True)
        for number, (command, result) in enumerate(told):
            if self.as_json:
                emit_lines([row_of(command, result, pairs[number], self)], self.aside)
                continue
            for line in self._lines(command, result, pairs[number]):
                click.echo(line, err=self.aside)

    def _lines(
        self, command: Command, result: Result, conflicts: Sequence[BatchConflict]
    ) -> Iterator[str]:
        from kgdelta.wording import statement_texts

        status = "withheld" if result.withheld else result.status
        yield f"{command.position.line}: {status}: {command.text}"
        if result.reason and not result.withheld:
            yield f"   {result.reason}"
        for conflict in conflicts:
            if conflict.reason != result.reason:
                yield f"   {'conflict' if conflict.is_error else 'warning'}: {conflict.reason}"
        if self.dry_run:
            told = {s for e in result.effects for s in (e.removed, e.added)}
            delta, prefixes = result.delta, self.prefixes
            yield from (f"   - {text}" for text in statement_texts(delta.removed - told, prefixes))
            yield from (f"   + {text}" for text in statement_texts(delta.added - told, prefixes))
        for effect in result.effects:
            yield f"   also: {self.words.text(effect)}"
        for impact in self.reach(result):
            yield f"   reaches {self.words.reach_text(impact)}"

    def reach(self, result: Result) -> list[Impact]:
        """How far a change reaches, in a dry run."""
        if not self.dry_run:
            return []
        from kgcl.impact import impacts

        return impacts(result, self.before)


def row_of(
    command: Command, result: Result, conflicts: Sequence[BatchConflict], report: Report
) -> dict[str, object]:
    """A result for programs."""
    from kgdelta.wording import statement_texts

    words, prefixes = report.words, report.prefixes
    row: dict[str, object] = {
        "line": command.position.line,
        "text": command.text,
        "status": str(result.status),
        "reason": result.reason,
        "added": statement_texts(result.delta.added, prefixes),
        "removed": statement_texts(result.delta.removed, prefixes),
        "effects": [words.text(effect) for effect in result.effects],
        "side_effects": [words.row(effect) for effect in result.effects],
        "conflicts": [_conflict_row(conflict) for conflict in conflicts],
    }
    if report.dry_run:
        row["reach"] = [words.reach_row(impact) for impact in report.reach(result)]
    return row


def _conflict_row(conflict: BatchConflict) -> dict[str, object]:
    earlier, later = conflict.earlier.position, conflict.later.position
    return {
        "kind": conflict.kind.value,
        "error": conflict.is_error,
        "about": conflict.about,
        "first": {"change": conflict.first + 1, "line": earlier.line if earlier else None},
        "second": {"change": conflict.second + 1, "line": later.line if later else None},
    }


def verdict(outcome: Outcome, done: str, dry_run: bool, keep_going: bool) -> str:
    """What the whole batch came to, on one line."""
    from kgdelta.effect_words import tally

    rejected = counted(len(outcome.rejected), "change") + " rejected"
    if outcome.rejected and not keep_going:
        return f"{rejected}; nothing was applied"
    size = f"{len(outcome.delta.removed)} removed, {len(outcome.delta.added)} added"
    if not outcome.delta:
        return "nothing to change" + (f"; {rejected}" if outcome.rejected else "")
    text = f"dry run: {size}, nothing was changed" if dry_run else f"{done}: {size}"
    effects = tally(e for r in outcome.results for e in r.effects) if dry_run else ""
    text += f"; side effects: {effects}" if effects else ""
    return text + (f"; {rejected}" if outcome.rejected else "")
