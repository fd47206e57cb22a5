"""Changes applied: to a store as a commit, or to a file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.errors import ConflictError
from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import counted, say
from kgdelta.session import Session, policy_file_option, policy_option, store_options
from kgdelta.streams import STANDARD

if TYPE_CHECKING:
    from ingest.document import Problem
    from kgcl.apply import Outcome
    from kgcl.ids import IdPolicy
    from kgcl.parser import Command, Parsed
    from kgdelta.patching import Patch
    from kgdelta.policies import PolicyChoice


@click.command("apply")
@click.argument("source", metavar="FILE|-", required=False)
@click.option("-c", "--command", "texts", multiple=True, help="A change, instead of FILE.")
@click.option("--input", "input_file", metavar="FILE|-", help="Change this file, not a store.")
@click.option("--output", "output_file", metavar="FILE|-", help="Where the changed file goes.")
@click.option("-i", "--in-place", is_flag=True, help="The changed file takes the place of --input.")
@click.option("--format", "form", metavar="F", help="Format of standard input and output.")
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
@click.option(
    "--from-history", is_flag=True, help="Unobsolete brings back the axioms that went, too."
)
@click.option("--id-ranges", metavar="FILE", help="Ids for new nodes, as in X-idranges.owl.")
@click.option("--id-owner", metavar="NAME", help="Whose range (default: the author's).")
@click.option("--random-ids", is_flag=True, help="Any free id of the range, not the next one.")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who changes (default: git's user.name).")
@policy_option
@policy_file_option
@store_options
def apply_command(
    session: Session,
    source: str | None,
    texts: tuple[str, ...],
    input_file: str | None,
    output_file: str | None,
    in_place: bool,
    form: str | None,
    catalog: Path | None,
    dry_run: bool,
    keep_going: bool,
    against: str | None,
    rebase: bool,
    from_history: bool,
    id_ranges: str | None,
    id_owner: str | None,
    random_ids: bool,
    message: str,
    author: str | None,
    policy: str | None,
    policy_file: str | None,
) -> None:
    """Apply KGCL as one commit, or to a file. A rejected change stops all: exit code 4.

    FILE holds KGCL text, data of the KGCL schema in YAML or JSON, or a table (TSV, CSV) with a
    change in each row.

    A branch that has moved on from --against is a stale head, exit code 5; with --rebase only
    where others changed the same things.
    """
    from kgdelta.new_ids import id_policy
    from kgdelta.policies import choose_policy

    if in_place:
        output_file = _in_place(input_file, output_file)
    _check_use(source, texts, input_file, output_file, dry_run)
    if input_file is not None and (against is not None or rebase):
        raise UsageError("--against and --rebase are for a store, not for --input")
    if input_file is not None and from_history:
        raise UsageError("--from-history is for a store, not for --input")
    for option, given in (("--catalog", catalog), ("--format", form)):
        if given is not None and input_file is None:
            raise UsageError(f"{option} goes with --input")
    parsed = _parsed(source, texts)
    writer = settings.author(author)
    ids = id_policy(id_ranges, id_owner, writer, random_ids)
    beside = None if input_file is None else Path(input_file)
    chosen = choose_policy(policy, policy_file, beside, writer, from_history)
    if input_file is not None:
        target = None if dry_run else output_file
        place = _Place(input_file, target, form, catalog)
        outcome = _to_file(session, parsed, place, chosen, ids, keep_going, dry_run)
        written = "standard output" if output_file == STANDARD else output_file
        done = f"written to {written}" if outcome.delta and not dry_run else ""
    else:
        with session.store() as store:
            from kgdelta.patching import apply_to_store
            from kgdelta.telling import Report

            before = store.snapshot(session.branch if against is None else against)
            try:
                patch = apply_to_store(
                    store,
                    parsed.changes,
                    session.branch,
                    message=message,
                    author=writer,
                    policy=chosen,
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
            Report(before, dry_run, session.json).tell(parsed.commands, outcome)
        done = _committed(patch, session.branch)
    _finish(session, outcome, done, dry_run, keep_going)


def _finish(session: Session, outcome: Outcome, done: str, dry_run: bool, keep_going: bool) -> None:
    """Say what it came to, and leave with 4 where something was rejected."""
    from kgdelta.telling import verdict

    if not session.json:
        say(verdict(outcome, done, dry_run, keep_going))
    if outcome.rejected:
        raise click.exceptions.Exit(4)


def _in_place(input_file: str | None, output_file: str | None) -> str:
    if input_file is None or output_file is not None or input_file == STANDARD:
        raise UsageError("--in-place goes with --input FILE, and without --output")
    return input_file


def _check_use(
    source: str | None,
    texts: tuple[str, ...],
    input_file: str | None,
    output_file: str | None,
    dry_run: bool,
) -> None:
    if bool(texts) == (source is not None):
        raise UsageError("give either a FILE of changes (or -) or -c 'COMMAND'")
    if (input_file is None) != (output_file is None) and not dry_run:
        raise UsageError("--input and --output go together (or --input and --in-place)")
    if source == STANDARD == input_file:
        raise UsageError("standard input is either the changes or the file, not both")


def _parsed(source: str | None, texts: tuple[str, ...]) -> Parsed:
    """The changes; mistakes are told one by one, and end the call with exit code 3."""
    from kgdelta.commands.parsing import tell_mistakes
    from kgdelta.files import read_text
    from kgdelta.patching import read_commands

    if source is None:
        parsed = read_commands("\n".join(texts), "command.kgcl")
    else:
        parsed = read_commands(read_text(source), source)
    if parsed.errors:
        tell_mistakes(parsed.errors, source or "command")
        raise click.exceptions.Exit(3)
    return parsed


class _Place:
    """The file that is changed, where it goes, in which format, and where its imports are."""

    def __init__(
        self, source: str, target: str | None, form: str | None, catalog: Path | None
    ) -> None:
        self.source = source
        self.target = target
        self.form = form
        self.catalog = catalog


def _to_file(
    session: Session,
    parsed: Parsed,
    place: _Place,
    policy: PolicyChoice,
    ids: IdPolicy | None,
    keep_going: bool,
    dry_run: bool,
) -> Outcome:
    from kgdelta.patching import apply_to_file
    from kgdelta.streams import as_files
    from kgdelta.telling import Report

    with as_files(place.source, place.target, place.form) as (here, there):
        outcome, before = apply_to_file(
            parsed.changes,
            here,
            there,
            policy=policy,
            keep_going=keep_going,
            ids=ids,
            catalog=place.catalog,
            tell=partial(_tell, place.source),
        )
        commands: tuple[Command, ...] = parsed.commands
        aside = place.target == STANDARD
        Report(before, dry_run, session.json, aside).tell(commands, outcome)
    return outcome


def _tell(source: str, problem: Problem) -> None:
    """Say what is wrong with a source under the name that the call gave it."""
    named = replace(problem, source="standard input") if source == STANDARD else problem
    say(str(named))


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
