"""Questions about one state: search and tree."""

from __future__ import annotations

from datetime import datetime

import click

from kgdelta.output import columns, emit_lines, say
from kgdelta.session import Session, store_options, valid_at_option


@click.command("search")
@click.argument("text")
@click.option("--at", "version", metavar="VERSION", help="State to search (default: --branch).")
@valid_at_option
@click.option("-n", "--max", "limit", type=click.IntRange(min=1), default=20, show_default=True)
@store_options
def search_command(
    session: Session, text: str, version: str | None, moment: datetime | None, limit: int
) -> None:
    """Find nodes by words of their label, synonyms or definition, whole names first.

    Case and accents do not count, and the beginning of a word is enough.
    """
    from graph.prefixes import PrefixMap
    from kgdelta.finding import found
    from kgdelta.states import valid

    with session.store() as store:
        snapshot = valid(store.snapshot(version or session.branch), moment)
        prefixes = PrefixMap.of(snapshot)
        matches = found(snapshot, text, limit)
        labels = snapshot.labels({match.node for match in matches})
    rows = [
        {
            "node": prefixes.contract(match.node),
            "label": labels[match.node].value if match.node in labels else "",
            "by": prefixes.contract(match.predicate),
            "text": match.text,
            "exact": match.exact,
        }
        for match in matches
    ]
    if session.json:
        emit_lines(rows)
        return
    for line in columns([(str(r["node"]), str(r["label"]), str(r["by"])) for r in rows]):
        click.echo(line)
    if not rows:
        say(f"nothing has the words {text!r}")


@click.command("tree")
@click.argument("node")
@click.option("--at", "version", metavar="VERSION", help="State to show (default: --branch).")
@valid_at_option
@click.option("--depth", type=click.IntRange(min=1), help="Levels to show (default: all).")
@store_options
def tree_command(
    session: Session, node: str, version: str | None, moment: datetime | None, depth: int | None
) -> None:
    """Show NODE (an id or a label) with what is above and below it."""
    from graph.prefixes import PrefixMap
    from kgdelta.states import valid
    from queries.hierarchy import parents, tree
    from queries.naming import node_named

    with session.store() as store:
        snapshot = valid(store.snapshot(version or session.branch), moment)
        prefixes = PrefixMap.of(snapshot)
        top = node_named(node, snapshot)
        above = parents(snapshot, top)
        labels = snapshot.labels(above)
        lines = list(tree(snapshot, top, depth))
    if session.json:
        emit_lines(
            {
                "node": prefixes.contract(line.node),
                "label": line.label,
                "depth": line.depth,
                "obsolete": line.obsolete,
                "again": line.again,
            }
            for line in lines
        )
        return
    for parent in above:
        label = labels[parent].value if parent in labels else ""
        click.echo(f"↑ {prefixes.contract(parent)} {label}".rstrip())
    for line in lines:
        marks = (" (obsolete)" if line.obsolete else "") + (" (see above)" if line.again else "")
        text = f"{prefixes.contract(line.node)} {line.label}".rstrip()
        click.echo("  " * line.depth + text + marks)
