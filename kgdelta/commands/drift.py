"""Which statements are probably wrong, and what is known of those about one node."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgdelta import settings
from kgdelta.errors import UsageError
from kgdelta.extras import need_extra
from kgdelta.model_folders import folder_beside, folder_option, models_folder
from kgdelta.output import counted, emit_lines, say
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.denoise import Denoising
    from graph.snapshot import Snapshot
    from kgdelta.proposals import Proposal
    from kgdelta.suspicion_runs import DenoiseRun
    from kgdelta.suspicions import ToldSuspicion


def need_embeddings() -> None:
    """Refuse in one line where the extra is not installed."""
    need_extra("this command", "embeddings", "torch", "torch_geometric", "sklearn")
    settings.let_threads_sleep()


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("denoise")
@click.option("--at", "version", metavar="VERSION", help="State to judge (default: --branch).")
@click.option("--since", metavar="VERSION", help="Show only what this state does not have.")
@click.option(
    "--full",
    is_flag=True,
    help="Look for seven kinds of mistakes, by link prediction too: some ten times the time.",
)
@click.option("--no-history", is_flag=True,
              help="Let commits, authors and earlier judgements not count.")  # fmt: skip
@click.option("--propose", type=_FILE, metavar="FILE",
              help="Write repairs of what is rather wrong as KGCL, for apply.")  # fmt: skip
@click.option("--page", type=_FILE, metavar="FILE",
              help="Write an .html page, with how reliable the percentages are here.")  # fmt: skip
@click.option("--seed", type=int, default=0, help="Seed of the folds and of the training.")
@click.option("-n", "--max", "limit", type=click.IntRange(min=1), default=20, show_default=True)
@folder_option
@store_options
def denoise_command(
    session: Session,
    version: str | None,
    since: str | None,
    full: bool,
    no_history: bool,
    propose: Path | None,
    page: Path | None,
    seed: int,
    limit: int,
    folder: Path | None,
) -> None:
    """Rank statements by the probability that they are wrong. Nothing is changed.

    Of a version of the store the answer is kept: the same question is answered at once, and the
    judgement of a later version starts from it. An interrupted run goes on where it was.
    """
    for path in (propose, page):
        if path is not None and not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}")
    need_embeddings()
    from embeddings.denoise_results import DenoiseConfig
    from kgdelta.states import States
    from kgdelta.suspicion_runs import DenoiseAsk, run_denoise

    config = DenoiseConfig.full(seed) if full else DenoiseConfig(seed=seed)
    name = version or session.branch
    with States(session) as states, ExitStack() as opened:
        snapshot = states.named(name)
        old = states.named(since) if since is not None else None
        store = opened.enter_context(session.store()) if snapshot.version.commit else None
        ask = DenoiseAsk(snapshot, name, config, old, not no_history)
        run = run_denoise(
            ask,
            session.graph,
            store,
            _folder(session, folder),
            lambda done, of: say(f"fold {done} of {of}"),
            anew=propose is not None or page is not None,
        )
        proposals = _proposals(run, snapshot, propose, page)
        if page is not None and run.judgement is not None:
            _write_page(page, run.judgement, run, proposals)
    _show(session, run, run.rows[:limit])


def _folder(session: Session, folder: Path | None) -> Path | None:
    """Where judgements are kept; None where the store is no file and no folder is named."""
    return models_folder(session, folder) if folder else folder_beside(session.url)


def _proposals(
    run: DenoiseRun, snapshot: Snapshot, propose: Path | None, page: Path | None
) -> list[Proposal]:
    if propose is None and page is None:
        return []
    from kgdelta.files import replacing
    from kgdelta.proposals import propose as proposals_of
    from kgdelta.proposals import to_text
    from kgdelta.suspicion_page import MOST

    say("repairs …")
    found = proposals_of(run, snapshot, MOST)
    if propose is not None:
        about = run.about
        told = f"{counted(len(found), 'repair')} of what is probably wrong in {about.name}"
        with replacing(propose) as stream:
            stream.write(to_text(found, told).encode())
        say(f"{counted(len(found), 'repair')} in {propose}; try it: kgdelta apply --dry-run")
    return found


def _write_page(
    page: Path, judgement: Denoising, run: DenoiseRun, proposals: Sequence[Proposal]
) -> None:
    from embeddings.reliability import reliability
    from kgdelta.files import replacing
    from kgdelta.suspicion_page import render_suspicions

    found = reliability(
        judgement.table,
        judgement.config,
        judgement.texts,
        lambda done, of: say(f"reliability: fold {done} of {of}"),
    )
    with replacing(page) as stream:
        stream.write(render_suspicions(run.about, run.rows, proposals, found).encode())
    say(f"drawn in {page}")


def _show(session: Session, run: DenoiseRun, rows: Sequence[ToldSuspicion]) -> None:
    if session.json:
        emit_lines(row.record() for row in rows)
        return
    for row in rows:
        click.echo(f"{row.posterior:4.0%}  {row.text}")
        for reason in row.reasons[:2]:
            click.echo(f"      {reason}")
    about = run.about
    kinds = ", ".join(f"{kind} {share:.1%}" for kind, (share, _) in about.kinds.items())
    new = " new" if about.since else ""
    say(
        f"{about.expected:.0f} of {about.statements:,}{new} statements are expected to be wrong; "
        f"by kind of mistake: {kinds}" + (" (kept from before)" if run.again else "")
    )
    if not about.believed:
        say("no kind of mistake stands out: take the order, and not the probabilities")


@click.command("doubts")
@click.argument("node")
@folder_option
@store_options
def doubts_command(session: Session, node: str, folder: Path | None) -> None:
    """Tell how probably the statements about a node were wrong at each version that was judged.

    Asks what `kgdelta denoise` has found; judges nothing.
    """
    need_embeddings()
    where = _folder(session, folder)
    if where is None:
        raise UsageError(f"{session.shown} is no file to keep judgements beside; name --models DIR")
    from kgdelta.suspicion_past import past_doubts

    with session.store() as store:
        past = past_doubts(store, session.graph, session.branch, where, node)
    if session.json:
        emit_lines(one.record() for one in past)
        return
    for one in past:
        click.echo(one.statement)
        for at in one.judged:
            click.echo(f"  {at.posterior:4.0%}  {at.name}")
