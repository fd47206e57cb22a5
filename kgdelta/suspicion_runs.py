"""Denoise of a state: run, told in words, and kept where the state is a commit."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from graph.prefixes import PrefixMap
from kgdelta.edge_pasts import edge_pasts
from kgdelta.kept_tables import as_json
from kgdelta.suspicion_files import KeptJudgement, SuspicionFiles
from kgdelta.suspicions import tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from embeddings.denoise import Denoising
    from embeddings.denoise_results import DenoiseConfig, Suspicion
    from graph.snapshot import Snapshot
    from graph.store import Store
    from kgdelta.suspicions import ToldSuspicion

#: Statements that are kept with reasons; beyond nobody reads them.
_TOLD: Final = 2_000


@dataclass(frozen=True, slots=True)
class DenoiseAsk:
    """What is asked: of which state, after which, with whose history.

    ``name`` is what the state is called; ``since`` is a state whose statements are no news, with
    its name; ``history`` lets commits, authors and earlier judgements count.
    """

    snapshot: Snapshot
    name: str
    config: DenoiseConfig
    since: Snapshot | None = None
    history: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class DenoiseRun:
    """What was found; ``again`` says that it was kept before, and not run now.

    ``judgement`` and ``doubted`` are what repairs are made from, None and empty if it was not run.
    """

    rows: tuple[ToldSuspicion, ...]
    about: KeptJudgement
    again: bool
    judgement: Denoising | None
    doubted: tuple[Suspicion, ...]


def run_denoise(
    ask: DenoiseAsk,
    graph: str,
    store: Store | None = None,
    folder: Path | None = None,
    fold_done: Callable[[int, int], None] | None = None,
    anew: bool = False,
) -> DenoiseRun:
    """Judge a state, or give what was found before, unless it is asked for ``anew``.

    It is kept in the folder if the state is a commit of the store; an interrupted run goes on
    where it was. Raises TrainingError.
    """
    from embeddings.denoise import Denoising
    from embeddings.tensors import read_edges
    from embeddings.texts import read_texts

    snapshot, config = ask.snapshot, ask.config
    commit = snapshot.version.commit or ""
    files = SuspicionFiles(folder / "denoise") if folder is not None and commit else None
    about = _about(ask, graph)
    if files is not None and not anew:
        found = files.find(about)
        if found is not None:
            return DenoiseRun(tuple(files.rows(found)), found, True, None, ())
    table = read_edges(snapshot)
    texts = read_texts(snapshot, table) if config.lexical else None
    earlier, doubts = None, None
    if ask.history and files is not None and store is not None:
        earlier = _earlier(files, store, graph, commit)
        if earlier is not None:
            doubts = files.doubts(earlier, table.statements, PrefixMap.of(snapshot))
    old = {statement.key for statement in ask.since.statements()} if ask.since else None
    pasts = edge_pasts(table, store if ask.history and commit else None, commit, old, doubts)
    part = None
    if files is not None:
        start = f"-{earlier.id}" if earlier is not None else ""
        part = files.folder / f"{about.id}{start}.part"
    judgement = Denoising(table, config, texts, pasts.past, fold_done, part)
    result = judgement.result
    rows = tuple(r for r in result.rows if old is None or r.key not in old)
    told = (
        *tell(rows[:_TOLD], snapshot, pasts.commits),
        *tell(rows[_TOLD:], snapshot, pasts.commits, reasons=False),
    )
    about = _about(ask, graph, judgement, rows, earlier)
    if files is not None and part is not None:
        about = files.keep(about, told)
        shutil.rmtree(part, ignore_errors=True)
    return DenoiseRun(told, about, False, judgement, rows)


def _earlier(files: SuspicionFiles, store: Store, graph: str, commit: str) -> KeptJudgement | None:
    """The judgement of the nearest commit before, the newest of it."""
    every = [k for k in files.every(graph) if k.commit != commit and not k.since]
    kept = {about.commit: about for about in every}
    if not kept:
        return None
    line = (one.id for one in store.log(commit))
    return next((kept[one] for one in line if one in kept), None)


def _about(
    ask: DenoiseAsk,
    graph: str,
    judgement: Denoising | None = None,
    rows: tuple[Suspicion, ...] = (),
    earlier: KeptJudgement | None = None,
) -> KeptJudgement:
    from embeddings.denoise import VERSION
    from kgdelta import __version__

    result = judgement.result if judgement is not None else None
    since = ask.since.version if ask.since is not None else None
    return KeptJudgement(
        graph=graph,
        commit=ask.snapshot.version.commit or "",
        name=ask.name,
        since="" if since is None else since.commit or since.name,
        earlier=earlier.id if earlier is not None else "",
        history=ask.history,
        settings=as_json({**asdict(ask.config), "method": VERSION}),
        code=__version__,
        kinds={k.value: (s.share, s.resolved) for k, s in result.shares.items()} if result else {},
        statements=len(rows),
        expected=sum(row.posterior for row in rows),
        believed=result.believed if result else False,
    )
