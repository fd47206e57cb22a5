"""Changes against a state: each ends applied, no-op, or rejected with a reason.

Each change is judged against the state after the one before it. A batch is atomic: one
rejection, and the outcome's delta is empty, unless the caller asks to keep going.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from graph.model import Delta, Node
from kgcl import changes as c
from kgcl import rules_edges, rules_nodes, rules_text
from kgcl.errors import RejectedChangeError
from kgcl.policy import policy_of
from kgcl.resolve import UnresolvedError
from kgcl.state import Effect, RefusedError, Ruling, State, UnchangedError

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.policy import Policy


NO_DELTA: Final = Delta()


class Status(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    NO_OP = "no-op"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one change.

    ``withheld`` marks a change that was in order, but belongs to a batch that was rejected.
    """

    change: c.Change
    status: Status
    reason: str = ""
    delta: Delta = NO_DELTA
    effects: tuple[Effect, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: one delta, and a result for each change in order."""

    delta: Delta
    results: tuple[Result, ...]

    @property
    def rejected(self) -> tuple[Result, ...]:
        """Results of the changes that the state did not allow."""
        return tuple(r for r in self.results if r.status is Status.REJECTED and not r.withheld)

    def raise_if_rejected(self) -> None:
        """Raise RejectedChangeError for the first rejected change, if any."""
        for result in self.rejected:
            position = result.change.position
            raise RejectedChangeError(
                result.change, result.reason, position.line if position else 0
            )


RULES: Final[Mapping[type[c.Change], Callable[[Any, State], Ruling]]] = MappingProxyType(
    {
        c.NodeCreation: rules_nodes.create,
        c.ClassCreation: rules_nodes.create_class,
        c.ObjectPropertyCreation: rules_nodes.create_relation,
        c.NodeObsoletionWithDirectReplacement: rules_nodes.obsolete,
        c.NodeRename: rules_text.rename,
        c.NodeObsoletion: rules_nodes.obsolete,
        c.NodeUnobsoletion: rules_nodes.unobsolete,
        c.NodeDeletion: rules_nodes.delete,
        c.NewSynonym: rules_text.new_synonym,
        c.RemoveSynonym: rules_text.remove_synonym,
        c.SynonymReplacement: rules_text.replace_synonym,
        c.NewTextDefinition: rules_text.new_definition,
        c.RemoveTextDefinition: rules_text.remove_definition,
        c.TextDefinitionReplacement: rules_text.replace_definition,
        c.EdgeCreation: rules_edges.create_edge,
        c.EdgeDeletion: rules_edges.delete_edge,
        c.NodeMove: rules_edges.move,
        c.PredicateChange: rules_edges.change_predicate,
        c.NodeAnnotationChange: rules_text.change_annotation,
        c.StatementAddition: rules_edges.add_statement,
        c.StatementRemoval: rules_edges.remove_statement,
    }
)


def judge(change: c.Change, state: State) -> Result:
    """What a change is against a state; where it is applied, the state has moved on."""
    try:
        ruling = RULES[type(change)](change, state)
    except UnchangedError as reason:
        return Result(change, Status.NO_OP, str(reason))
    except (RefusedError, UnresolvedError) as reason:
        return Result(change, Status.REJECTED, str(reason))
    state.draft.stage(ruling.delta)
    return Result(change, Status.APPLIED, delta=ruling.delta, effects=ruling.effects)


def apply(
    changes: Iterable[c.Change],
    snapshot: Snapshot,
    policy: Policy | None = None,
    keep_going: bool = False,
) -> Outcome:
    """Judge a batch against a snapshot, and net it to one delta.

    The policy is the graph's own unless one is given. The frames that the batch names are read
    from the snapshot in one go. Raises ChangeError for an unknown policy only.
    """
    batch = list(changes)
    state = State(snapshot, policy or policy_of(snapshot))
    state.frames.prefetch(_named_nodes(batch, state))
    results = [judge(change, state) for change in batch]
    refused = next((r for r in results if r.status is Status.REJECTED), None)
    if refused is None or keep_going:
        return Outcome(state.draft.delta, tuple(results))
    return Outcome(NO_DELTA, tuple(_withhold(result, refused) for result in results))


def _withhold(result: Result, refused: Result) -> Result:
    if result.status is not Status.APPLIED:
        return result
    position = refused.change.position
    where = f"line {position.line}" if position else "another change"
    reason = f"{where} was rejected, and a batch is atomic"
    return replace(result, status=Status.REJECTED, reason=reason, delta=NO_DELTA, withheld=True)


def _named_nodes(batch: Iterable[c.Change], state: State) -> set[Node]:
    """Nodes that changes name by id; those named by label are found when their turn comes."""
    return {
        state.node(ref)
        for change in batch
        for ref in _refs(change)
        if ref.kind is not c.RefKind.LABEL
    }


def _refs(value: object) -> Iterable[c.Ref]:
    if isinstance(value, c.Ref):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from _refs(getattr(value, part.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _refs(item)
