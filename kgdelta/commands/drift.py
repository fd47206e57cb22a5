"""Which statements are probably wrong."""

from __future__ import annotations

import click

from graph.prefixes import PrefixMap
from kgdelta import settings
from kgdelta.extras import need_extra
from kgdelta.output import counted, emit_lines, say
from kgdelta.session import Session, store_options
from kgdelta.wording import object_text


def need_embeddings() -> None:
    """Refuse in one line where the extra is not installed."""
    need_extra("this command", "embeddings", "torch", "torch_geometric", "sklearn")
    settings.let_threads_sleep()


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
