"""What every store asks of a delta before it writes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase

from graph.commit import Commit
from graph.errors import CorruptBundleError, InvalidDeltaError, ProtectedBranchError
from graph.model import Delta, Literal, Statement
from graph.prefixes import ontology_node
from graph.snapshot import Snapshot
from graph.vocabulary import ERASED, PROTECTED


def check_not_erased(delta: Delta) -> None:
    """Raises InvalidDeltaError where a delta adds what only a purge may leave."""
    for statement in delta.added:
        if statement.predicate == ERASED:
            raise InvalidDeltaError("adds what was erased", statement)


@contextmanager
def unicode_checked() -> Iterator[None]:
    """A text that no encoding has is a fault of the delta: raises InvalidDeltaError."""
    try:
        yield
    except UnicodeEncodeError as error:
        reason = "text that is not valid Unicode"
        raise InvalidDeltaError(reason, ascii(error.object)) from error


def check_open(branch: str, head: Callable[[], Snapshot], delta: Delta | None = None) -> None:
    """Raises ProtectedBranchError where a branch takes merges only.

    What it protects is a setting in the state at its own head; a delta of nothing but that may
    pass, and then the state is not asked for.
    """
    if delta and all(s.predicate == PROTECTED for s in (*delta.removed, *delta.added)):
        return
    state = head()
    for setting in state.statements({ontology_node(state)}, {PROTECTED}):
        name = setting.object
        if isinstance(name, Literal) and fnmatchcase(branch, name.value):
            raise ProtectedBranchError(branch)


def check_sound(commit: Commit, delta: Delta) -> None:
    """Raises CorruptBundleError where a commit made elsewhere does not add up."""
    if not commit.adds_up:
        raise CorruptBundleError(commit.short, "its record does not match its id")
    if delta.digest() != commit.delta:
        raise CorruptBundleError(commit.short, "its statements do not match its hash")


def fitted(
    delta: Delta,
    holding: Callable[[Collection[Statement]], set[Statement]],
    everything: Callable[[], Iterable[Statement]],
) -> Delta:
    """A delta in which what was purged here or elsewhere stands as it does in a state.

    ``holding`` tells which of some statements hold there, ``everything`` all that do.
    """
    missing = delta.removed - holding(delta.removed)
    if not missing:
        return delta
    here = holding({statement.erased for statement in missing})
    wanted = {s.digest(): s for s in missing if s.predicate == ERASED}
    whole = (
        {wanted[digest]: s for s in everything() if (digest := s.digest()) in wanted}
        if wanted
        else {}
    )

    def as_it_stands(statement: Statement) -> Statement:
        if statement not in missing:
            return statement
        return statement.erased if statement.erased in here else whole.get(statement, statement)

    return Delta(frozenset(map(as_it_stands, delta.removed)), delta.added)
