"""Histories as files: work that travels without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgdelta.output import columns, counted, emit_json, say
from kgdelta.session import Session, json_option, store_options

if TYPE_CHECKING:
    from graph.bundle import BundleInfo

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group("bundle", invoke_without_command=True)
@click.pass_context
def bundle_command(context: click.Context) -> None:
    """Commits as one portable file that is checked whole before it is taken."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@bundle_command.command("create")
@_file
@click.argument("versions", metavar="[VERSION]...", nargs=-1)
@click.option(
    "--since",
    multiple=True,
    metavar="VERSION",
    help="Leave out what VERSION descends from; the receiver must have it.",
)
@store_options
def create(session: Session, file: Path, versions: tuple[str, ...], since: tuple[str, ...]) -> None:
    """Write VERSIONs (default: all branches) with their past and their tags to FILE."""
    from kgdelta.exchanging import write_to

    with session.store() as store:
        info = write_to(store, file, versions, since)
    if session.json:
        emit_json(_row(file, info))
    else:
        say(f"{file} holds {_summary(info)}")


@bundle_command.command("verify")
@_file
@json_option
def verify(file: Path, as_json: bool) -> None:
    """Recompute every id and every hash in FILE."""
    from graph.bundle import verify_bundle

    info = verify_bundle(file)
    if as_json:
        emit_json(_row(file, info))
    else:
        say(f"{file} is sound: {_summary(info)}")


@bundle_command.command("show")
@_file
@json_option
def show(file: Path, as_json: bool) -> None:
    """Show what FILE holds: its branches, its tags, and what its receiver must have."""
    from graph.bundle import read_bundle

    with read_bundle(file) as bundle:
        info = bundle.info
    if as_json:
        emit_json(_row(file, info))
        return
    click.echo(f"graph {info.graph}, {counted(info.commits, 'commit')}")
    rows = [("branch", name, commit[:12]) for name, commit in info.branches.items()]
    rows += [("tag", name, commit[:12]) for name, commit in info.tags.items()]
    rows += [("needs", "", commit[:12]) for commit in info.requires]
    for line in columns(rows):
        click.echo(line)


@bundle_command.command("take")
@_file
@click.option(
    "--prefix",
    default="",
    metavar="NAME/",
    help="Store its branches as NAME/BRANCH, to look at them or to merge them.",
)
@store_options
def take(session: Session, file: Path, prefix: str) -> None:
    """Take over what FILE holds: commits, and branches that are new or only move forward."""
    from kgdelta.exchanging import take_from

    with session.store() as store:
        received = take_from(store, file, prefix)
    if session.json:
        emit_json(
            {
                "commits": list(received.commits),
                "branches": {branch.name: branch.head for branch in received.branches},
                "tags": {tag.name: tag.commit for tag in received.tags},
            }
        )
        return
    for branch in received.branches:
        click.echo(f"branch {branch.name} is at {(branch.head or '')[:12]}")
    new = counted(len(received.commits), "new commit")
    say(f"{new} and {counted(len(received.tags), 'new tag')} from {file}")


def _summary(info: BundleInfo) -> str:
    return ", ".join(
        (
            counted(info.commits, "commit"),
            counted(len(info.branches), "branch", "branches"),
            counted(len(info.tags), "tag"),
        )
    )


def _row(file: Path, info: BundleInfo) -> dict[str, object]:
    return {
        "file": str(file),
        "graph": info.graph,
        "commits": info.commits,
        "requires": list(info.requires),
        "branches": dict(info.branches),
        "tags": dict(info.tags),
    }
