"""Taking work back: commits, ranges of them, and single changes."""

from __future__ import annotations

import click

from graph.errors import ConflictError
from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import counted, emit_json, say
from kgdelta.session import Session, policy_file_option, policy_option, store_options


@click.command("undo")
@click.argument("version", metavar="VERSION|A..B")
@click.option(
    "--change", "changes", type=click.IntRange(min=1), multiple=True, metavar="N",
    help="Only the N-th change of the commit, as `show` lists them; may be given again.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be done, change nothing.")
@click.option("-m", "--message", default="", help="Message of the commit.")
@click.option("--author", help="Who undoes (default: git's user.name).")
@store_options
def undo_command(
    session: Session,
    version: str,
    changes: tuple[int, ...],
    dry_run: bool,
    message: str,
    author: str | None,
) -> None:
    """Take back a commit, all commits after A up to B, or single changes, by a new commit.

    Work that came later stays. Where it stands against the undo, the conflict says why, and
    nothing changes: exit code 1.
    """
    from graph.prefixes import PrefixMap
    from kgcl.diff import lift
    from kgcl.render import render
    from kgdelta.commands.merging import show_conflicts
    from kgdelta.undoing import plan_undo, record_undo

    with session.store() as store:
        try:
            undo = plan_undo(store, session.branch, version, changes)
        except ConflictError as error:
            show_conflicts(session, store, error)
            raise
        prefixes = PrefixMap.of(undo.before)
        texts = [render(change, prefixes) for change in lift(undo.before, undo.delta)]
        commit = None
        if not dry_run:
            commit = record_undo(
                store, session.branch, undo, message=message, author=settings.author(author)
            )
    if session.json:
        emit_json(
            {
                "commit": commit.id if commit else None,
                "undoes": list(undo.undoes),
                "changes": texts,
                "added": len(undo.delta.added),
                "removed": len(undo.delta.removed),
            }
        )
        return
    for text in texts:
        click.echo(text)
    size = f"{counted(len(undo.delta.removed), 'statement')} removed, {len(undo.delta.added)} added"
    if commit is None:
        say(f"dry run: {size}, nothing was changed")
    else:
        say(f"{session.branch} is at {commit.short}: {commit.message}: {size}")


@click.command("invert")
@click.argument("source", metavar="FILE|-", required=False)
@click.option("-c", "--command", "texts", multiple=True, help="A change, instead of FILE.")
@click.option(
    "--input", "input_file", metavar="FILE", help="The file that the changes are for, unchanged."
)
@click.option(
    "--at", "version", metavar="VERSION", help="The version they are for (default: --branch)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["kgcl", "yaml", "json", "tsv"]),
    default="kgcl",
    help="KGCL, one change a line, data of its schema, or a table.",
)
@policy_option
@policy_file_option
@store_options
def invert_command(
    session: Session,
    source: str | None,
    texts: tuple[str, ...],
    input_file: str | None,
    version: str | None,
    form: str,
    policy: str | None,
    policy_file: str | None,
) -> None:
    """Write the changes that take back those of FILE, in the opposite order.

    What a change takes away, only the state says that it is for: a file or a version as it is
    before them.
    """
    from pathlib import Path

    from graph.prefixes import PrefixMap
    from kgcl.inversion import invert
    from kgdelta.commands.parsing import tell_mistakes
    from kgdelta.files import read_text
    from kgdelta.patching import read_commands
    from kgdelta.policies import choose_policy
    from kgdelta.states import States
    from kgdelta.wording import changes_as

    if bool(texts) == (source is not None):
        raise UsageError("give either a FILE of changes (or -) or -c 'COMMAND'")
    if input_file is not None and version is not None:
        raise UsageError("--input and --at exclude each other")
    parsed = (
        read_commands("\n".join(texts), "command.kgcl")
        if source is None
        else read_commands(read_text(source), source)
    )
    if parsed.errors:
        tell_mistakes(parsed.errors, source or "command")
        raise click.exceptions.Exit(3)
    chosen = choose_policy(policy, policy_file, Path(input_file) if input_file else None)
    with States(session) as states:
        before = states.named(input_file or version or session.branch)
        changes = [command.change for command in parsed.commands]
        inverse = invert(changes, before, chosen.on(before))
        text = changes_as(inverse, "json" if session.json else form, PrefixMap.of(before))
    click.echo(text, nl=False)
