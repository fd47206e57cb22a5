"""Merges, reverts and cherry-picks with the words that each leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.commit import CommitMeta

if TYPE_CHECKING:
    from graph.commit import Commit
    from graph.resolution import Resolutions
    from graph.store import Store

#: Provenance of a cherry-pick: the full id of the commit that was done again.
PICKED_FROM: Final = "cherry-picked-from"


def merge(
    store: Store,
    branch: str,
    version: str,
    *,
    message: str = "",
    author: str = "",
    resolutions: Resolutions | None = None,
) -> Commit:
    """Bring a version into a branch. Raises ConflictError, NotFoundError for a choice unused."""
    meta = CommitMeta(message=message or f"merge {version} into {branch}", author=author)
    return store.merge(branch, version, meta, resolutions)


def revert(
    store: Store, branch: str, version: str, *, message: str = "", author: str = ""
) -> Commit:
    """Take a commit back by a new one. Raises ConflictError."""
    undone = store.show(version)
    told = message or f"revert {undone.short}: {undone.message}"
    return store.revert(branch, undone.id, CommitMeta(message=told, author=author))


def cherry_pick(
    store: Store, branch: str, version: str, *, message: str = "", author: str = ""
) -> Commit:
    """Do on a branch what a commit did elsewhere, under its message. Raises ConflictError."""
    picked = store.show(version)
    meta = CommitMeta(
        message=message or picked.message,
        author=author,
        provenance=((PICKED_FROM, picked.id),),
    )
    return store.cherry_pick(branch, picked.id, meta)
