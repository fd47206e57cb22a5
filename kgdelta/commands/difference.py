"""What leads from one state to another, in the change language."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from kgdelta.errors import UsageError
from kgdelta.output import emit_lines, say
from kgdelta.session import Session, policy_option, store_options, valid_at_option

if TYPE_CHECKING:
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
@click.option("--summary", is_flag=True, help="Of release notes: what is unusual, and counts.")
@click.option(
    "--max-chars",
    "most",
    type=click.IntRange(min=200),
    help="Of release notes in Markdown: whole lines up to so many characters.",
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
    summary: bool,
    most: int | None,
    exit_code: bool,
    policy: str | None,
) -> None:
    """Say what leads from A to B: versions, files, or REV:path in a git repository."""
    from graph.prefixes import PrefixMap
    from kgcl.diff import lift_results
    from kgdelta.policies import telling_policy
    from kgdelta.states import States

    if summary and form not in _NOTES:
        raise UsageError("--summary is of release notes: add --format markdown or html")
    if most is not None and form != "markdown":
        raise UsageError("--max-chars is of Markdown: add --format markdown")
    with States(session) as states:
        a, b = states.named(before, moment), states.named(after, moment)
        for problem in states.problems:
            say(str(problem))
        delta = states.delta(a, b, _filter(a, b, nodes, namespace))
        results = lift_results(a, delta, telling_policy(policy, before, a))
        prefixes = PrefixMap.of(a)
        if session.json:
            from kgdelta.comparing import change_rows

            emit_lines(change_rows(results, prefixes))
        elif form in _NOTES:
            from queries.notes import release_notes
            from queries.notes_writing import cut, to_html, to_markdown
            from queries.unusual import unusual_items

            changes = [result.change for result in results]
            sections = release_notes(changes, a, delta, prefixes)
            unusual = unusual_items(changes, a, delta, prefixes)
            title = f"{before} to {after}"
            if form == "html":
                click.echo(to_html(sections, title, unusual, summary=summary), nl=False)
            else:
                text = to_markdown(sections, title, unusual, summary=summary, branches=True)
                click.echo(cut(text, most), nl=False)
        else:
            from kgdelta.wording import changes_as

            changes = [result.change for result in results]
            click.echo(changes_as(changes, form, prefixes), nl=False)
    if exit_code and delta:
        raise click.exceptions.Exit(1)


def _filter(
    before: Snapshot, after: Snapshot, nodes: tuple[str, ...], namespace: str | None
) -> DiffFilter:
    from graph.prefixes import PrefixMap
    from graph.store import DiffFilter
    from kgdelta.reading import namespace_of, node_in

    start = "" if namespace is None else namespace_of(namespace, PrefixMap.of(after))
    if not nodes:
        return DiffFilter(namespace=start)
    return DiffFilter(frozenset(node_in(text, after, before) for text in nodes), start)
