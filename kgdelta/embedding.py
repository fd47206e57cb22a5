"""Models and the commits that they are of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from graph.errors import NotFoundError
from graph.memory import MemorySnapshot
from graph.prefixes import PrefixMap
from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.embedding import EmbedConfig
    from embeddings.model_files import ModelFiles, ModelRecord
    from graph.model import Key
    from graph.snapshot import Snapshot
    from kgdelta.session import Session


@dataclass(frozen=True, slots=True)
class Wish:
    """What ``embed`` was asked for."""

    kind: str
    rank: int
    epochs: int | None
    seed: int
    device: str
    origin: str | None
    share: float
    encoder: str = "none"
    denoised: bool = False


#: Columns that the text of a node is hashed into, for an inductive model.
_TEXT: Final = 512


def embed_version(
    session: Session,
    version: str,
    wish: Wish,
    files: ModelFiles,
    say: Callable[[str], None],
) -> ModelRecord | None:
    """Train and keep a model; None in the processes of torchrun that are not the first.

    Raises NotFoundError, TrainingError, and the errors of the store.
    """
    from embeddings.embedding import Earlier, embed
    from embeddings.model_files import ModelRecord
    from embeddings.processes import joined
    from kgdelta import __version__

    config = _config(wish)
    if wish.denoised and wish.origin is not None:
        raise UsageError("--denoised trains from scratch; leave out --from")
    with session.store() as store:
        commit = store.resolve(version)
        snapshot = store.snapshot(commit)
        earlier = None
        if wish.origin is not None:
            origin = files.find(wish.origin, session.graph)
            trainer, words = files.trainer(origin, wish.device)
            same = ("model", "encoder", "layers", "rank", "text", "optimiser")
            if any(getattr(trainer.config, n) != getattr(config.plan.train, n) for n in same):
                told = f"{origin.id} is a model of other settings"
                raise UsageError(f"{told}; give its --model, --encoder and --rank")
            earlier = Earlier(trainer, words, store.snapshot(origin.commit))
        with joined() as rank:
            progress = None if rank else _progress(say)
            doubts = _doubts(files, session.graph, commit, snapshot) if wish.denoised else None
            result = embed(snapshot, config, earlier, progress, doubts)
            if rank:
                return None
    metrics = {}
    if result.metrics is not None:
        metrics = {**asdict(result.metrics), "tested": result.tested}
        metrics.pop("count")
    settings = {**asdict(result.trainer.config), "from": wish.origin, "test": wish.share,
                "epochs": wish.epochs, "denoised": wish.denoised}  # fmt: skip
    record = ModelRecord(
        graph=session.graph,
        commit=commit,
        kind=wish.kind if wish.encoder == "none" else f"{wish.kind}-{wish.encoder}",
        entities=len(result.vocabulary.entities),
        width=int(result.trainer.model.embed().shape[1]),
        config=settings,
        metrics=metrics,
        code=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    files.save(record, result.trainer, result.vocabulary)
    return record


def _doubts(files: ModelFiles, graph: str, commit: str, snapshot: Snapshot) -> dict[Key, float]:
    """What the last judgement of a commit says of its statements. Raises NotFoundError."""
    from kgdelta.suspicion_files import SuspicionFiles

    judgements = SuspicionFiles(files.folder / "denoise")
    about = judgements.newest(graph, commit)
    if about is None:
        raise NotFoundError("judgement", commit[:12], "run 'kgdelta denoise' of it first")
    keys = (statement.key for statement in snapshot.statements())
    return judgements.doubts(about, keys, PrefixMap.of(snapshot))


def _config(wish: Wish) -> EmbedConfig:
    from embeddings.embedding import EmbedConfig
    from embeddings.learner import Plan
    from embeddings.splits import SplitRule
    from embeddings.train import TrainConfig

    train = TrainConfig(
        rank=wish.rank,
        model=wish.kind,
        seed=wish.seed,
        device=wish.device,
        grouped=True,
        encoder=wish.encoder,
        text=_TEXT if wish.encoder == "inductive" else 0,
    )
    if wish.kind in ("transe", "rotate"):
        train = replace(train, n3=0.0, initial_scale=0.1)
    if wish.epochs == 0 and wish.origin is None:
        raise UsageError("0 epochs train nothing; name an earlier inductive model with --from")
    first, on = (40, 4) if wish.epochs is None else (wish.epochs, wish.epochs)
    plan = Plan(train, first_epochs=first, next_epochs=on)
    return EmbedConfig(plan, split=SplitRule(valid=wish.share / 2, test=wish.share))


def _progress(say: Callable[[str], None]) -> Callable[[int, int, float], None]:
    def told(done: int, of: int, loss: float) -> None:
        if done == 1 or done % 10 == 0:
            say(f"epoch {done} of at most {of}, loss {loss:.3f}")

    return told


def take_vectors(session: Session, version: str, source: Path, files: ModelFiles) -> ModelRecord:
    """Keep vectors from a file for a commit; nodes may be CURIEs or names as the graph has them.

    Raises NotFoundError, TrainingError, and the errors of the store.
    """
    from embeddings.model_files import ModelRecord
    from embeddings.vectors import Vectors, read_vectors

    if not source.is_file():
        raise NotFoundError("file", str(source))
    with session.store() as store:
        commit = store.resolve(version)
        prefixes = PrefixMap.of(store.snapshot(commit))
    found = read_vectors(source)
    vectors = Vectors(tuple(prefixes.expand(node) for node in found.nodes), found.matrix)
    record = ModelRecord(
        graph=session.graph,
        commit=commit,
        kind="imported",
        entities=len(vectors.nodes),
        width=vectors.matrix.shape[1],
        config={"file": source.name},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    files.take(record, vectors)
    return record


def living_commits(session: Session) -> set[str]:
    """The commits that a branch or a tag leads to."""
    with session.store() as store:
        begun = [branch.name for branch in store.branches() if branch.head is not None]
        names = [*begun, *(tag.name for tag in store.tags())]
        return {commit.id for name in names for commit in store.log(name)}


def near(
    session: Session, files: ModelFiles, record: ModelRecord, node: str, limit: int
) -> list[tuple[str, str, float]]:
    """(node, label, cosine) of the nodes nearest to one, among those that the state has.

    Raises NotFoundError, TrainingError, and the errors of the store.
    """
    from queries.naming import node_named

    with session.store() as store:
        snapshot = MemorySnapshot(store.snapshot(record.commit).statements())
    prefixes = PrefixMap.of(snapshot)
    vectors = files.vectors(record)
    found = vectors.nearest(node_named(node, snapshot), len(vectors.nodes))
    living = {statement.subject for statement in snapshot.statements()}
    rows = [(n, cosine) for n, cosine in found if n in living][:limit]
    labels = snapshot.labels([n for n, _ in rows])
    return [(prefixes.contract(n), labels[n].value if n in labels else "", c) for n, c in rows]
