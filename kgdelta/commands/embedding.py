"""Models of a graph: trained, listed, exported, brought in and deleted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graph.errors import NotFoundError
from kgdelta.commands.drift import need_embeddings
from kgdelta.errors import UsageError
from kgdelta.model_folders import folder_option, models_folder
from kgdelta.output import columns, counted, emit_json, emit_lines, say
from kgdelta.session import Session, store_options

if TYPE_CHECKING:
    from embeddings.model_files import ModelFiles, ModelRecord

_MODELS = ("complex", "distmult", "rotate", "transe")
_ENCODERS = ("none", "messages", "inductive")


@click.command("embed")
@click.argument("version", metavar="[VERSION]", required=False)
@click.option("--model", "kind", type=click.Choice(_MODELS), default="complex", show_default=True)
@click.option("--encoder", type=click.Choice(_ENCODERS), default="none", show_default=True,
              help="Vectors from neighbours; inductive: and text, for new nodes too.")  # fmt: skip
@click.option("--rank", type=click.IntRange(min=1), default=64, show_default=True)
@click.option("--epochs", type=click.IntRange(min=0),
              help="Epochs at most (default: 40; 4 on). 0 with --from: no training.")  # fmt: skip
@click.option("--seed", type=int, default=0, help="Seed of the training.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--from", "origin", metavar="MODEL", help="Go on from this model of an older state.")
@click.option("--test", "share", type=click.FloatRange(0, 0.4), default=0.05, show_default=True,
              help="Share of the edges that is held out, to test with.")  # fmt: skip
@click.option("--denoised", is_flag=True,
              help="Train on statements as denoise of this version believes them.")  # fmt: skip
@folder_option
@store_options
def embed_command(
    session: Session,
    version: str | None,
    kind: str,
    encoder: str,
    rank: int,
    epochs: int | None,
    seed: int,
    device: str,
    origin: str | None,
    share: float,
    denoised: bool,
    folder: Path | None,
) -> None:
    """Train a model of the graph as it is at VERSION, and keep it beside the store.

    With --from and --epochs 0 an inductive model gives what is new vectors without training.
    Under torchrun all processes train one model.
    """
    need_embeddings()
    from kgdelta.embedding import Wish, embed_version

    wish = Wish(kind, rank, epochs, seed, device, origin, share, encoder, denoised)
    files = _files(session, folder)
    record = embed_version(session, version or session.branch, wish, files, say)
    if record is None:
        return
    if session.json:
        emit_json(_told(record))
        return
    click.echo(record.id)
    if record.metrics:
        figures = record.metrics
        say(
            f"MRR {figures['mrr']:.3f}, Hits@10 {figures['hits_at_10']:.3f} on "
            f"{counted(int(figures['tested']), 'held-out edge')}"
        )
    else:
        say("no edge was held out, so nothing tells how good the model is")


@click.command("models")
@click.option("--export", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the vectors of a model as .parquet or word2vec .txt.")  # fmt: skip
@click.option("--import", "source", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Keep vectors made elsewhere, of the state --at.")  # fmt: skip
@click.option("--model", "name", metavar="MODEL", help="Id or commit (default: the newest).")
@click.option("--near", "node", metavar="NODE", help="The nodes nearest to this one.")
@click.option("--at", "version", metavar="VERSION", help="State of imported vectors.")
@click.option("--collect", is_flag=True, help="Delete models of commits that no branch or tag "
              "leads to, and all but the newest of a kind for each commit.")  # fmt: skip
@click.option("-n", "--max", "limit", type=click.IntRange(min=1), default=10, show_default=True)
@folder_option
@store_options
def models_command(
    session: Session,
    target: Path | None,
    source: Path | None,
    name: str | None,
    node: str | None,
    version: str | None,
    collect: bool,
    limit: int,
    folder: Path | None,
) -> None:
    """List the models of the graph, the newest first; or use one."""
    asked = [flag for flag in (target, source, node, collect or None) if flag is not None]
    if len(asked) > 1:
        raise UsageError("say one of --export, --import, --near and --collect")
    need_embeddings()
    files = _files(session, folder)
    if target is not None:
        _export(files, _chosen(files, session, name), target)
    elif source is not None:
        from kgdelta.embedding import take_vectors

        record = take_vectors(session, version or session.branch, source, files)
        _list(session, [record])
    elif node is not None:
        _near(session, files, _chosen(files, session, name), node, limit)
    elif collect:
        from kgdelta.embedding import living_commits

        alive = living_commits(session)
        _list(session, files.collect(alive))
        _collect_answers(alive, models_folder(session, folder))
    else:
        _list(session, [r for r in files.records() if r.graph == session.graph])


def _collect_answers(alive: set[str], folder: Path) -> None:
    from kgdelta.shift_runs import ShiftFolder
    from kgdelta.suspicion_files import SuspicionFiles

    where = ShiftFolder(folder)
    gone = [*where.shifts.collect(alive), *where.kept.collect(alive)]
    if gone:
        say(f"{counted(len(gone), 'file')} of shifts deleted, too")
    judged = SuspicionFiles(folder / "denoise").collect(alive)
    if judged:
        say(f"{counted(len(judged), 'judgement')} deleted, too")


def _files(session: Session, folder: Path | None) -> ModelFiles:
    from embeddings.model_files import ModelFiles

    return ModelFiles(models_folder(session, folder))


def _chosen(files: ModelFiles, session: Session, name: str | None) -> ModelRecord:
    if name is not None:
        return files.find(name, session.graph)
    own = [record for record in files.records() if record.graph == session.graph]
    if not own:
        raise NotFoundError("model", session.graph, "train one with 'kgdelta embed'")
    return own[0]


def _export(files: ModelFiles, record: ModelRecord, target: Path) -> None:
    from embeddings.vectors import format_of, write_vectors
    from kgdelta.files import replacing

    form = format_of(target)
    vectors = files.vectors(record)
    with replacing(target) as stream:
        write_vectors(vectors, stream, form)
    say(f"{counted(len(vectors.nodes), 'vector')} of {record.id} in {target}")


def _near(session: Session, files: ModelFiles, record: ModelRecord, node: str, limit: int) -> None:
    from kgdelta.embedding import near

    rows = near(session, files, record, node, limit)
    if session.json:
        emit_lines({"node": n, "label": label, "cosine": cosine} for n, label, cosine in rows)
        return
    for line in columns([(n, label, f"{cosine:.3f}") for n, label, cosine in rows], right=(2,)):
        click.echo(line)


def _told(record: ModelRecord) -> dict[str, object]:
    return {"model": record.id, **asdict(record)}


def _list(session: Session, records: list[ModelRecord]) -> None:
    if session.json:
        emit_lines(_told(record) for record in records)
        return
    rows = [("model", "commit", "nodes", "width", "MRR", "made")]
    rows += [
        (
            record.id,
            record.commit[:12],
            f"{record.entities:,}",
            str(record.width),
            f"{record.metrics['mrr']:.3f}" if record.metrics else "-",
            record.created[:16],
        )
        for record in records
    ]
    for line in columns(rows, right=(2, 3, 4)) if records else ():
        click.echo(line)
    if not records:
        say("no models")
