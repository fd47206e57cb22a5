"""Vectors by node: exported, and the user's own read in, as Parquet and as word2vec text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import TrainingError
from graph.model import Node

#: The formats by the ends of their files' names.
FORMATS: Final = {".parquet": "parquet", ".txt": "word2vec", ".vec": "word2vec"}


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """A vector for each of some nodes, shape (nodes, width)."""

    nodes: tuple[Node, ...]
    matrix: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or len(self.matrix) != len(self.nodes):
            raise TrainingError("vectors", f"{len(self.nodes)} nodes, {self.matrix.shape} numbers")
        if len(set(self.nodes)) != len(self.nodes):
            raise TrainingError("vectors", "a node has two vectors")

    def of(self, nodes: Sequence[Node]) -> NDArray[np.float32]:
        """The vectors of some nodes, (nodes, width); NaN where one has none."""
        rows = {node: i for i, node in enumerate(self.nodes)}
        found = np.full((len(nodes), self.matrix.shape[1]), np.nan, dtype=np.float32)
        for i, node in enumerate(nodes):
            if node in rows:
                found[i] = self.matrix[rows[node]]
        return found

    def nearest(self, node: Node, count: int = 10) -> list[tuple[Node, float]]:
        """The nodes of the highest cosine with one, and the cosine, in [-1, 1].

        Raises TrainingError where the node has no vector.
        """
        if node not in self.nodes:
            raise TrainingError("vectors", f"{node} has no vector in this model")
        place = self.nodes.index(node)
        norms = np.maximum(np.linalg.norm(self.matrix, axis=1), 1e-30)
        cosine = (self.matrix @ self.matrix[place]) / (norms * norms[place])
        cosine[place] = -np.inf
        best = np.argsort(-cosine, kind="stable")[: min(count, len(self.nodes) - 1)]
        return [(self.nodes[i], float(cosine[i])) for i in best.tolist()]


def format_of(path: Path) -> str:
    """The format that a file's name tells. Raises TrainingError."""
    if path.suffix not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise TrainingError(
            str(path), f"no format for {path.suffix or 'this name'}", f"use {known}"
        )
    return FORMATS[path.suffix]


def write_vectors(vectors: Vectors, stream: IO[bytes], form: str) -> None:
    """Write as ``parquet`` (columns node and vector) or ``word2vec`` text.

    Text: a line with count and width, then node and numbers with spaces between; numbers read
    back equal. Raises TrainingError where a node has a space in it, which text cannot hold.
    """
    if form == "parquet":
        import polars

        width = vectors.matrix.shape[1]
        column = polars.Series("vector", vectors.matrix, dtype=polars.Array(polars.Float32, width))
        polars.DataFrame({"node": list(vectors.nodes)}).with_columns(column).write_parquet(stream)
        return
    bad = next((node for node in vectors.nodes if len(node.split()) != 1), None)
    if bad is not None:
        raise TrainingError("word2vec", f"{bad!r} has a space in it", "write Parquet")
    count, width = vectors.matrix.shape
    stream.write(f"{count} {width}\n".encode())
    for node, row in zip(vectors.nodes, vectors.matrix, strict=True):
        stream.write(f"{node} {' '.join(str(value) for value in row)}\n".encode())


def read_vectors(path: Path) -> Vectors:
    """Read what :func:`write_vectors` writes, or others do.

    Raises TrainingError with the line or column that is wrong.
    """
    return _read_parquet(path) if format_of(path) == "parquet" else _read_text(path)


def _read_parquet(path: Path) -> Vectors:
    import polars

    try:
        frame = polars.read_parquet(path)
    except (polars.exceptions.PolarsError, OSError) as error:
        raise TrainingError(str(path), f"no Parquet: {error}") from None
    if not {"node", "vector"} <= set(frame.columns):
        raise TrainingError(str(path), "columns node and vector are needed")
    rows = [list(row) for row in frame["vector"].to_list()]
    if len({len(row) for row in rows}) > 1:
        raise TrainingError(str(path), "vectors of different widths")
    matrix = np.array(rows, dtype=np.float32).reshape(len(rows), -1)
    return _sound(path, Vectors(tuple(frame["node"].cast(polars.String).to_list()), matrix))


def _read_text(path: Path) -> Vectors:
    nodes: list[Node] = []
    rows: list[list[float]] = []
    try:
        with path.open(encoding="utf-8") as stream:
            count, width = (int(number) for number in stream.readline().split())
            for number, line in enumerate(stream, 2):
                node, *values = line.split()
                if len(values) != width:
                    told = f"line {number}: {len(values)} numbers, {width} are told"
                    raise TrainingError(str(path), told)
                nodes.append(node)
                rows.append([float(value) for value in values])
    except ValueError as error:
        raise TrainingError(str(path), f"no word2vec text: {error}") from None
    if len(nodes) != count:
        raise TrainingError(str(path), f"{len(nodes)} vectors, {count} are told")
    matrix = np.array(rows, dtype=np.float32).reshape(count, width)
    return _sound(path, Vectors(tuple(nodes), matrix))


def _sound(path: Path, vectors: Vectors) -> Vectors:
    if not np.isfinite(vectors.matrix).all():
        raise TrainingError(str(path), "a vector is not finite")
    return vectors
