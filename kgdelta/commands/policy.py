"""The policy that changes go by: shown, and kept in a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.output import columns, emit_lines, say
from kgdelta.session import Session, policy_file_option, policy_option, store_options

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.policy_settings import Settings
    from kgdelta.policies import PolicyChoice


@click.command("policy")
@click.option("--input", "input_file", metavar="FILE", help="For changes to this file.")
@click.option("--save", is_flag=True, help="Keep the settings of a file in the store.")
@click.option("--author", help="Who saves (default: git's user.name).")
@policy_option
@policy_file_option
@store_options
def policy_command(
    session: Session,
    input_file: str | None,
    save: bool,
    author: str | None,
    policy: str | None,
    policy_file: str | None,
) -> None:
    """Show by which policy changes go, and where each setting comes from.

    With --save the store keeps the settings of --policy-file, or of the kgcl.toml here, as one
    commit, in the place of those that it kept before.
    """
    from kgdelta.policies import choose_policy

    beside = Path(input_file) if input_file else None
    if save:
        if input_file is not None or policy is not None:
            raise UsageError("--save goes with --policy-file, not with --input or --policy")
        found = choose_policy(None, policy_file, Path("here")).settings
        if found is None:
            raise UsageError("there is no kgcl.toml here: name a file by --policy-file")
        _save(session, found, settings.author(author))
        return
    chosen = choose_policy(policy, policy_file, beside, settings.author(author))
    if beside is not None:
        from kgdelta.files import read_source

        _show(session, chosen, read_source(str(beside)).snapshot())
    else:
        with session.store() as store:
            _show(session, chosen, store.snapshot(session.branch))


def _show(session: Session, chosen: PolicyChoice, snapshot: Snapshot) -> None:
    from kgdelta.policies import described

    rows = described(chosen, snapshot)
    if session.json:
        emit_lines({"key": key, "value": value, "source": source} for key, value, source in rows)
        return
    for line in columns([(key, value, source) for key, value, source in rows]):
        click.echo(line)


def _save(session: Session, found: Settings, author: str) -> None:
    from kgdelta.patching import apply_to_store
    from kgdelta.policies import saving

    with session.store() as store:
        changes = saving(found, store.snapshot(session.branch))
        message = f"policy of {Path(found.source).name}"
        patch = apply_to_store(store, changes, session.branch, message=message, author=author)
        patch.outcome.raise_if_rejected()
    if patch.commit is None:
        say("nothing to change")
    else:
        say(f"commit {patch.commit.short} on {session.branch}")
