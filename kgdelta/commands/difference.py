"""What leads from one state to another, in the change language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgdelta.errors import UsageError
from kgdelta.output import emit_lines, say
from kgdelta.session import Session, policy_option, store_options, valid_at_option

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from graph.model import Literal, Node
    from graph.snapshot import Snapshot
    from graph.store import DiffFilter

_NOTES = ("markdown", "html")


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--node", "nodes", multiple=True, help="Only what is said of NODE (id or label).")
@click.option(
    "--namespace", metavar="PREFIX", help="Only nodes with this prefix, or whose IRI begins so."
)
@valid_at_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["kgcl", "yaml", "json", "tsv", "markdown", "html"]),
    default="kgcl",
    help="KGCL, one change a line, as data of its schema or as a table; or release notes.",
)
@click.option(
    "--summary/--detail",
    default=None,
    help="Of release notes: what is unusual, and counts; or each change too (the default).",
)
@click.option(
    "--max-chars",
    "most",
    type=click.IntRange(min=200),
    help="Of release notes in Markdown: whole items up to so many characters.",
)
@click.option(
    "--catalog",
    type=click.Path(path_type=Path),
    help="Where files find what they import, to name it in release notes and in --node"
    " (default: the catalog-v001.xml beside each).",
)
@click.option("--exit-code", is_flag=True, help="Leave with 1 where the states differ.")
@policy_option
@store_options
def diff_command(
    session: Session,
    before: str,
    after: str,
    nodes: tuple[str, ...],
    namespace: str | None,
    moment: datetime | None,
    form: str,
    summary: bool | None,
    most: int | None,
    catalog: Path | None,
    exit_code: bool,
    policy: str | None,
) -> None:
    """Say what leads from A to B: versions, files, or REV:path in a git repository."""
    from graph.prefixes import PrefixMap
    from kgcl.diff import lift_results
    from kgdelta.comparing import title_of
    from kgdelta.policies import telling_policy
    from kgdelta.states import States

    if summary is not None and form not in _NOTES:
        level = "--summary" if summary else "--detail"
        raise UsageError(f"{level} is of release notes: add --format markdown or html")
    if most is not None and form != "markdown":
        raise UsageError("--max-chars is of Markdown: add --format markdown")
    with States(session, bool(nodes) or form in _NOTES, catalog) as states:
        a, b = states.named(before, moment), states.named(after, moment)
        for problem in states.problems:
            say(str(problem))
        delta = states.delta(a, b, _filter(a, b, nodes, namespace, states.names))
        results = lift_results(a, delta, telling_policy(policy, before, a))
        prefixes = PrefixMap.of(a)
        changes = [result.change for result in results]
        if session.json:
            from kgdelta.comparing import change_rows

            emit_lines(change_rows(results, prefixes))
        elif form in _NOTES:
            from kgdelta.comparing import Notes

            notes = Notes.of(changes, a, delta, states.names)
            title = title_of(before, after)
            if form == "html":
                click.echo(notes.html(title, bool(summary)), nl=False)
            else:
                click.echo(notes.markdown(title, bool(summary), most), nl=False)
        else:
            from kgdelta.wording import changes_as

            click.echo(changes_as(changes, form, prefixes), nl=False)
    if exit_code and delta:
        raise click.exceptions.Exit(1)


def _filter(
    before: Snapshot,
    after: Snapshot,
    nodes: tuple[str, ...],
    namespace: str | None,
    names: Mapping[Node, Literal],
) -> DiffFilter:
    from graph.memory import MemorySnapshot
    from graph.model import Statement
    from graph.prefixes import PrefixMap
    from graph.store import DiffFilter
    from graph.vocabulary import LABEL
    from kgdelta.reading import namespace_of, node_in

    start = "" if namespace is None else namespace_of(namespace, PrefixMap.of(after))
    if not nodes:
        return DiffFilter(namespace=start)
    imported = MemorySnapshot({Statement(node, LABEL, label) for node, label in names.items()})
    known = (after, before, *((imported,) if names else ()))
    return DiffFilter(frozenset(node_in(text, *known) for text in nodes), start)
