"""Simple scores of how far terms went, for whoever wants to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.prefixes import PrefixMap

if TYPE_CHECKING:
    from embeddings.model_files import ModelFiles
    from embeddings.shift_baselines import OwnVectors
    from graph.snapshot import Snapshot

#: What may be asked for; `own` are vectors that somebody imported for both versions.
METHODS: Final = (
    "edge-jaccard",
    "relation-profile",
    "surprise",
    "warm-cosine",
    "neighbourhood",
    "trained-apart",
    "own",
)


def own_vectors(files: ModelFiles, graph: str, before: Snapshot, after: Snapshot) -> OwnVectors:
    """The newest vectors that were imported for each of two commits. Raises NotFoundError."""
    from embeddings.shift_baselines import OwnVectors
    from graph.errors import NotFoundError

    found = []
    for snapshot in (before, after):
        commit = snapshot.version.commit
        own = [
            record
            for record in files.records()
            if (record.graph, record.commit, record.kind) == (graph, commit, "imported")
        ]
        if not own:
            name = snapshot.version.name or commit or "a file"
            hint = "`kgdelta models --import FILE --at VERSION` keeps them"
            raise NotFoundError("vectors of your own for", name, hint)
        found.append(files.vectors(own[0]))
    return OwnVectors(*found)


def scored(
    before: Snapshot, after: Snapshot, method: str, seed: int, own: OwnVectors | None = None
) -> list[tuple[str, str, float]]:
    """(node, label, score) of the edited nodes of both states, the furthest first.

    Nodes without a score are left out. Raises TrainingError.
    """
    import numpy as np

    from embeddings.edits import edits_between
    from embeddings.shift import trajectory_for
    from embeddings.shift_baselines import SHIFT_BASELINES
    from embeddings.tensors import read_edges

    old = read_edges(before)
    new = read_edges(after, old.vocabulary)
    live = np.intersect1d(old.live(), new.live())
    nodes = live[edits_between(old, new).direct[live]]
    baseline = own or SHIFT_BASELINES[method](trajectory_for(old, seed))
    scores = baseline.scores(old, new, nodes)
    names = new.vocabulary.entities
    labels = after.labels([names[node] for node in nodes.tolist()])
    prefixes = PrefixMap.of(after)
    return [
        (prefixes.contract(node), labels[node].value if node in labels else "", float(scores[i]))
        for i in np.lexsort((nodes, -scores)).tolist()
        if np.isfinite(scores[i])
        for node in (names[int(nodes[i])],)
    ]
