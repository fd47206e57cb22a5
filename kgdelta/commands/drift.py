"""Which terms shifted, and which statements are probably wrong."""

from __future__ import annotations

from itertools import islice

import click

from graph.errors import UnavailableError
from graph.prefixes import PrefixMap
from kgdelta import settings
from kgdelta.output import columns, counted, emit_lines, say
from kgdelta.session import Session, store_options
from kgdelta.wording import object_text


def need_embeddings() -> None:
    """Refuse in one line where the extra is not installed."""
    from importlib.util import find_spec

    missing = [name for name in ("torch", "torch_geometric", "sklearn") if find_spec(name) is None]
    if missing:
        raise UnavailableError(
            "this command", f"{missing[0]} is not installed", "pip install 'kgdelta[embeddings]'"
        )
    settings.let_threads_sleep()


@click.command("shift")
@click.argument("before", metavar="FROM")
@click.argument("after", metavar="TO")
@click.option("--seed", type=int, default=0, help="Seed of the training and of the null.")
@click.option("--all", "everything", is_flag=True, help="Show every node that moved.")
@click.option("-n", "--max", "limit", type=click.IntRange(min=1), default=20, show_default=True)
@store_options
def shift_command(
    session: Session, before: str, after: str, seed: int, everything: bool, limit: int
) -> None:
    """Find the terms whose meaning moved between two versions or files.

    The score ranks; p is the chance of such a move by edits that change no meaning, measured on
    the FROM version; q is p corrected for the number of edited terms; times says how many times
    as far a term moved as edits of that size move one without changing its meaning.
    """
    need_embeddings()
    from dataclasses import asdict, replace

    from embeddings.continual import TrajectoryConfig
    from embeddings.shift import shift
    from embeddings.shift_results import ShiftConfig
    from kgdelta.drifting import explain, figures, size
    from kgdelta.states import state_named

    old, new = state_named(before, session), state_named(after, session)
    training = TrajectoryConfig()
    training = replace(training, train=replace(training.train, seed=seed))
    result = shift(old, new, training, ShiftConfig(seed=seed), began=lambda what: say(f"{what} …"))
    rows = result.rows if everything else [row for row in result.rows if row.direct]
    told = explain(islice(rows, limit), old, new)
    if session.json:
        emit_lines(
            {
                "node": t.node,
                "label": t.label,
                "score": t.row.score,
                "movement": t.row.movement,
                **(asdict(t.row.size) if t.row.size else dict.fromkeys(("times", "low", "high"))),
                "p": t.row.p,
                "q": t.row.q,
                "significant": t.row.significant,
                "direct": t.row.direct,
                "changes": list(t.changes),
            }
            for t in told
        )
        return
    table = [("node", "label", "moved", "score", "p", "q", "times", "real")]
    table += [
        (
            t.node,
            t.label[:44],
            *figures(t),
            size(t),
            "yes" if t.row.significant else "",
        )
        for t in told
    ]
    for line in columns(table, right=(2, 3, 4, 5, 6)):
        click.echo(line)
    if result.manifest.note:
        say(result.manifest.note)
    say(
        f"{counted(len(result.significant), 'term')} shifted, of "
        f"{counted(sum(row.direct for row in result.rows), 'edited term')}"
    )


@click.command("denoise")
@click.option("--at", "version", metavar="VERSION", help="State to judge (default: --branch).")
@click.option(
    "--full",
    is_flag=True,
    help="Look for five kinds of mistakes, by link prediction too: some five times the time.",
)
@click.option("--seed", type=int, default=0, help="Seed of the folds and of the training.")
@click.option("-n", "--max", "limit", type=click.IntRange(min=1), default=20, show_default=True)
@store_options
def denoise_command(
    session: Session, version: str | None, full: bool, seed: int, limit: int
) -> None:
    """Rank statements by the probability that they are wrong. Nothing is changed."""
    need_embeddings()
    from embeddings.denoise import DenoiseConfig, denoise
    from kgdelta.states import state_named
    from kgdelta.suspicions import tell

    snapshot = state_named(version or session.branch, session)
    result = denoise(
        snapshot,
        DenoiseConfig.full(seed) if full else DenoiseConfig(seed=seed),
        fold_done=lambda done, of: say(f"fold {done} of {of}"),
    )
    told = tell(result.rows[:limit], snapshot)
    if session.json:
        prefixes = PrefixMap.of(snapshot)
        emit_lines(
            {
                "subject": prefixes.contract(t.row.subject),
                "predicate": t.predicate,
                "object": object_text(t.row.object, prefixes),
                "posterior": t.row.posterior,
                "reasons": list(t.reasons),
            }
            for t in told
        )
        return
    for t in told:
        click.echo(f"{t.row.posterior:4.0%}  {t.subject}  {t.predicate}  {t.object}")
        for reason in t.reasons[:2]:
            click.echo(f"      {reason}")
    kinds = ", ".join(
        f"{kernel.value} {found.share:.1%}" for kernel, found in result.shares.items()
    )
    say(
        f"at most {result.expected:.0f} of {counted(len(result.rows), 'statement')} are wrong, "
        f"by kind of mistake at most: {kinds}"
    )
    if not result.believed:
        say("no kind of mistake stands out: take the order, and not the probabilities")
