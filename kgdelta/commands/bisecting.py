"""Which commit made something so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kgdelta.errors import UsageError
from kgdelta.output import counted, emit_json, say
from kgdelta.session import Session, store_options
from kgdelta.wording import commit_row, day, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph.commit import Commit
    from graph.snapshot import Snapshot
    from kgdelta.conditions import Condition


@click.command("bisect")
@click.option("--from", "good", metavar="VERSION", help="Where it is not so yet (default: never).")
@click.option("--to", "bad", metavar="VERSION", help="Where it is so (default: --branch).")
@click.option("--node", help="NODE (an id or a label) is described.")
@click.option("--statement", metavar="'S P O'", help="This statement holds.")
@click.option(
    "--under", nargs=2, metavar="NODE ANCESTOR", help="NODE is below ANCESTOR, at any depth."
)
@click.option("--ask", metavar="SPARQL", help="This ASK query is answered with yes.")
@click.option("--not", "negative", is_flag=True, help="Look for the commit where it ended.")
@store_options
def bisect_command(
    session: Session,
    good: str | None,
    bad: str | None,
    node: str | None,
    statement: str | None,
    under: tuple[str, str] | None,
    ask: str | None,
    negative: bool,
) -> None:
    """Find the first commit where something is so, by asking few states in between."""
    from graph.bisect import bisect
    from kgdelta.conditions import negated

    if sum(option is not None for option in (node, statement, under, ask)) != 1:
        raise UsageError("give one of --node, --statement, --under and --ask")
    end = bad or session.branch
    steps: list[dict[str, object]] = []
    with session.store() as store:
        states = [store.snapshot(version) for version in (end, good) if version is not None]
        condition = _condition(states, node, statement, under, ask)
        wanted = negated(condition) if negative else condition

        def holds(snapshot: Snapshot) -> bool:
            answer = wanted(snapshot)
            steps.append({"commit": snapshot.version.commit, "holds": answer})
            return answer

        first = bisect(store, good, end, holds, _tell)
    if session.json:
        emit_json({**commit_row(first), "steps": steps})
        return
    click.echo(f"{first.short} {day(first)} {first.author}: {first.message}")
    say(f"found by asking {counted(len(steps), 'state')}")


def _tell(commit: Commit, left: int) -> None:
    say(f"one of {left:,} commits; asking {title(commit)}")


def _condition(
    states: Sequence[Snapshot],
    node: str | None,
    statement: str | None,
    under: tuple[str, str] | None,
    ask: str | None,
) -> Condition:
    """What is asked of each state; names are looked up in the first that knows them."""
    from graph.prefixes import PrefixMap
    from graph.rules import Rules
    from kgdelta import conditions
    from kgdelta.reading import node_in, statement_in

    if node is not None:
        return conditions.has_node(node_in(node, *states))
    if statement is not None:
        return conditions.has_statement(statement_in(statement, *states))
    if under is not None:
        below, above = (node_in(text, *states) for text in under)
        return conditions.is_under(below, above, Rules.of(states[0]).hierarchies)
    return conditions.answers(ask or "", PrefixMap.of(states[0]))
