"""Histories to files and back: bundles of this store, and what another store bundled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graph.bundle import read_bundle, write_bundle
from graph.errors import CorruptBundleError, NotFoundError, StaleHeadError
from kgdelta.errors import DivergedBranchError
from kgdelta.files import replacing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from graph.bundle import BundleInfo
    from graph.store import Received, Store


def write_to(
    store: Store, file: Path, versions: Collection[str] = (), since: Collection[str] = ()
) -> BundleInfo:
    """Write versions with their past, less that of ``since``, to a file; all branches by default.

    A file that is there is replaced once the new one is whole. Raises NotFoundError, OSError.
    """
    chosen = tuple(versions) or tuple(branch.name for branch in store.branches() if branch.head)
    if not chosen:
        raise NotFoundError("commit in graph", store.graph, "there is nothing to bundle")
    with replacing(file) as stream:
        try:
            return write_bundle(store, stream, chosen, since)
        except CorruptBundleError as error:
            raise CorruptBundleError(str(file), error.reason) from error


def take_from(store: Store, file: Path, prefix: str = "") -> Received:
    """Take over what a bundle holds, all or nothing.

    With a prefix its branches are stored as ``prefix/branch``, and so are tags whose name stands
    for another commit here. Raises DivergedBranchError, CorruptBundleError, NotFoundError, OSError.
    """
    start = f"{prefix.rstrip('/')}/" if prefix else ""
    with read_bundle(file) as bundle:
        branches = {start + name: commit for name, commit in bundle.info.branches.items()}
        tags = _tags(store, bundle.info.tags, start)
        try:
            return store.receive(bundle.commits(), branches, tags)
        except StaleHeadError as error:
            raise DivergedBranchError(str(file), error) from error


def _tags(store: Store, tags: Mapping[str, str], start: str) -> dict[str, str]:
    here = {tag.name: tag.commit for tag in store.tags()}
    return {
        name if here.get(name, commit) == commit else start + name: commit
        for name, commit in tags.items()
    }
