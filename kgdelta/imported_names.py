"""Names of what a file imports: they resolve and explain, and never become part of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.memory import MemorySnapshot
from graph.model import Statement
from graph.vocabulary import LABEL
from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from graph.model import Delta, Literal, Node
    from ingest.document import Document, Problem


def imported_names(
    document: Document,
    path: Path,
    catalog: Path | None = None,
    tell: Callable[[Problem], None] | None = None,
) -> Mapping[Node, Literal]:
    """What a file's imports call their nodes; nothing where there is no catalog.

    The catalog is the one given, else the one beside the file, if any. What cannot be read of the
    imports is told. Raises IngestError for what is no catalog, OSError.
    """
    from ingest.catalog import catalog_beside, imported, read_catalog

    found = catalog or catalog_beside(path)
    if found is None:
        return {}
    imports = imported(document, read_catalog(found))
    if tell is not None:
        for problem in imports.problems:
            tell(problem)
    return imports.labels


def with_imported_names(
    document: Document, path: Path, catalog: Path | None, tell: Callable[[Problem], None] | None
) -> tuple[MemorySnapshot, frozenset[Statement]]:
    """The state of a file with the labels of its imports, and which statements these are.

    See :func:`imported_names`.
    """
    labels = imported_names(document, path, catalog, tell)
    if not labels:
        return document.snapshot(), frozenset()
    own = {statement.subject for statement in document.statements if statement.predicate == LABEL}
    named = frozenset(
        Statement(node, LABEL, label) for node, label in labels.items() if node not in own
    )
    return MemorySnapshot(document.statements | named, document.snapshot().version), named


def check_own(delta: Delta, named: frozenset[Statement]) -> None:
    """Raise UsageError where a delta takes away a name that only an import gives."""
    foreign = sorted(statement.subject for statement in delta.removed & named)
    if foreign:
        raise UsageError(f"{foreign[0]} is imported: change its label where it is defined")
