"""Changes applied: to a store as a commit, or to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.errors import ConflictError
from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import counted, emit_lines, say
from kgdelta.session import Session, policy_named, policy_option, store_options

if TYPE_CHECKING:
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot
    from kgcl.apply import Outcome, Result
    from kgcl.parser import Command
    from kgdelta.patching import Patch


@click.command("apply")
@click.argument("source", metavar="FILE|-", required=False)
@click.option("-c", "--command", "texts", multiple=True, help="A change, instead of FILE.")
@click.option("--input", "input_file", type=click.Path(), help="Change this file, not a store.")
@click.option("--output", "output_file", type=click.Path(), help="Where the changed file goes.")
@click.option(
    "--catalog",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Where --input finds its imports (default: the catalog-v001.xml beside it).",
)
@click.option("--dry-run", is_flag=True, help="Show what would happen, change nothing.")
@click.option("--keep-going", is_flag=True, help="Apply what can be applied, report the rest.")
@click.option(
    "--against", metavar="VERSION", help="What the changes were written for (default: --branch)."
)
@click.option(
    "--rebase", is_flag=True, help="Go on top of what others committed where nothing clashes."
)
@click.option("--id-ranges", metavar="FILE", help="Ids for new nodes, as in X-idranges.owl.")
@click.option("--id-owner", metavar="NAME", help="Whose range (default: the author's).")
@click.option("--random-ids", is_flag=True, help="Any free id of the range, not the next one.")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who changes (default: git's user.name).")
@policy_option
@store_options
def apply_command(
    session: Session,
    source: str | None,
    texts: tuple[str, ...],
    input_file: str | None,
    output_file: str | None,
    catalog: Path | None,
    dry_run: bool,
    keep_going: bool,
    against: str | None,
    rebase: bool,
    id_ranges: str | None,
    id_owner: str | None,
    random_ids: bool,
    message: str,
    author: str | None,
    policy: str | None,
) -> None:
    """Apply KGCL as one commit, or to a file. A rejected change stops all: exit code 4.

    FILE holds KGCL text, or data of the KGCL schema in YAML or JSON.

    A branch that has moved on from --against is a stale head, exit code 5; with --rebase only
    where others changed the same things.
    """
    from kgdelta.commands.parsing import tell_mistakes
    from kgdelta.files import read_text
    from kgdelta.new_ids import id_policy
    from kgdelta.patching import apply_to_file, apply_to_store, read_commands

    if bool(texts) == (source is not None):
        raise UsageError("give either a FILE of changes (or -) or -c 'COMMAND'")
    if (input_file is None) != (output_file is None) and not dry_run:
        raise UsageError("--input and --output go together")
    if input_file is not None and (against is not None or rebase):
        raise UsageError("--against and --rebase are for a store, not for --input")
    if catalog is not None and input_file is None:
        raise UsageError("--catalog goes with --input")
    parsed = (
        read_commands("\n".join(texts), "command.kgcl")
        if source is None
        else read_commands(read_text(source), source)
    )
    if parsed.errors:
        tell_mistakes(parsed.errors, source or "command")
        raise click.exceptions.Exit(3)
    ids = id_policy(id_ranges, id_owner, settings.author(author), random_ids)
    changes = [command.change for command in parsed.commands]
    if input_file is not None:
        outcome, before = apply_to_file(
            changes,
            Path(input_file),
            None if dry_run or output_file is None else Path(output_file),
            policy=policy_named(policy),
            keep_going=keep_going,
            ids=ids,
            catalog=catalog,
            tell=lambda problem: say(str(problem)),
        )
        _report(session, list(parsed.commands), outcome, before)
        done = f"written to {output_file}" if outcome.delta and not dry_run else ""
    else:
        with session.store() as store:
            before = store.snapshot(session.branch if against is None else against)
            try:
                patch = apply_to_store(
                    store,
                    changes,
                    session.branch,
                    message=message,
                    author=settings.author(author),
                    policy=policy_named(policy),
                    dry_run=dry_run,
                    keep_going=keep_going,
                    against=against,
                    rebase=rebase,
                    ids=ids,
                )
            except ConflictError as error:
                from kgdelta.commands.merging import show_conflicts

                show_conflicts(session, store, error)
                raise
            outcome = patch.outcome
            _report(session, list(parsed.commands), outcome, before)
        done = _committed(patch, session.branch)
    if not session.json:
        say(_verdict(outcome, done, dry_run, keep_going))
    if outcome.rejected:
        raise click.exceptions.Exit(4)


_PASSED_SHOWN = 5


def _committed(patch: Patch, branch: str) -> str:
    """The commit that was made, and the work of others that it went on top of."""
    from kgdelta.wording import title

    if patch.commit is None:
        return ""
    for passed in patch.passed[:_PASSED_SHOWN]:
        say(f"went on top of {title(passed)}")
    if len(patch.passed) > _PASSED_SHOWN:
        say(f"and of {counted(len(patch.passed) - _PASSED_SHOWN, 'more commit')}")
    return f"commit {patch.commit.short} on {branch}"


def _verdict(outcome: Outcome, done: str, dry_run: bool, keep_going: bool) -> str:
    rejected = counted(len(outcome.rejected), "change") + " rejected"
    if outcome.rejected and not keep_going:
        return f"{rejected}; nothing was applied"
    size = f"{len(outcome.delta.removed)} removed, {len(outcome.delta.added)} added"
    if not outcome.delta:
        return "nothing to change" + (f"; {rejected}" if outcome.rejected else "")
    verdict = f"dry run: {size}, nothing was changed" if dry_run else f"{done}: {size}"
    return verdict + (f"; {rejected}" if outcome.rejected else "")


def _report(session: Session, commands: list[Command], outcome: Outcome, before: Snapshot) -> None:
    from graph.prefixes import PrefixMap
    from kgdelta.wording import effect_text

    prefixes = PrefixMap.of(before)
    for command, result in zip(commands, outcome.results, strict=True):
        if session.json:
            emit_lines([_row(command, result, before, prefixes)])
            continue
        status = "withheld" if result.withheld else result.status
        click.echo(f"{command.position.line}: {status}: {command.text}")
        if result.reason and not result.withheld:
            click.echo(f"   {result.reason}")
        for effect in result.effects:
            click.echo(f"   also: {effect_text(effect, prefixes, before)}")


def _row(
    command: Command, result: Result, before: Snapshot, prefixes: PrefixMap
) -> dict[str, object]:
    from kgdelta.wording import effect_text, statement_texts

    return {
        "line": command.position.line,
        "text": command.text,
        "status": str(result.status),
        "reason": result.reason,
        "added": statement_texts(result.delta.added, prefixes),
        "removed": statement_texts(result.delta.removed, prefixes),
        "effects": [effect_text(effect, prefixes, before) for effect in result.effects],
    }
