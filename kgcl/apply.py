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

from graph.model import Delta, Node, in_order
from graph.vocabulary import CONSIDER, REPLACED_BY
from kgcl import changes as c
from kgcl import (
    rules_axioms,
    rules_edges,
    rules_merge,
    rules_nodes,
    rules_obsoletion,
    rules_records,
    rules_synonyms,
    rules_text,
)
from kgcl.errors import RejectedChangeError
from kgcl.policy import policy_of
from kgcl.resolve import UnresolvedError, is_placeholder
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

    ``withheld`` marks a change that was in order, but belongs to a batch that was rejected;
    ``parts`` are the results of the changes that a set is made of, up to the one that failed.
    """

    change: c.Change
    status: Status
    reason: str = ""
    delta: Delta = NO_DELTA
    effects: tuple[Effect, ...] = ()
    withheld: bool = False
    parts: tuple[Result, ...] = ()


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
        c.NodeObsoletion: rules_obsoletion.obsolete,
        c.NodeObsoletionWithDirectReplacement: rules_obsoletion.obsolete,
        c.NodeObsoletionWithNoDirectReplacement: rules_obsoletion.obsolete,
        c.NodeUnobsoletion: rules_obsoletion.unobsolete,
        c.NodeDirectMerge: rules_merge.merge,
        c.NodeDeletion: rules_nodes.delete,
        c.NodeRename: rules_text.rename,
        c.SetLanguageForName: rules_text.set_language,
        c.NameBecomesSynonym: rules_text.name_becomes_synonym,
        c.NewSynonym: rules_synonyms.new_synonym,
        c.RemoveSynonym: rules_synonyms.remove_synonym,
        c.SynonymReplacement: rules_synonyms.replace_synonym,
        c.SynonymPredicateChange: rules_synonyms.change_scope,
        c.SynonymTypeChange: rules_synonyms.change_type,
        c.NodeSynonymChange: rules_synonyms.change_synonyms,
        c.NewTextDefinition: rules_text.new_definition,
        c.RemoveTextDefinition: rules_text.remove_definition,
        c.TextDefinitionReplacement: rules_text.replace_definition,
        c.NodeAnnotationChange: rules_records.change_annotation,
        c.NodeAnnotationReplacement: rules_records.replace_annotation,
        c.NewMapping: rules_records.new_mapping,
        c.RemoveMapping: rules_records.remove_mapping,
        c.MappingReplacement: rules_records.replace_mapping,
        c.MappingPredicateChange: rules_records.change_mapping_predicate,
        c.NodeMappingChange: rules_records.change_mappings,
        c.MappingCreation: rules_records.create_mapping,
        c.NewMetadataAssertion: rules_records.new_metadata,
        c.RemoveMetadataAssertion: rules_records.remove_metadata,
        c.MetadataAssertionReplacement: rules_records.replace_metadata,
        c.MetadataAssertionPredicateChange: rules_records.change_metadata_predicate,
        c.NodeMetadataAssertionChange: rules_records.change_record,
        c.AddNodeToSubset: rules_nodes.add_to_subset,
        c.RemoveNodeFromSubset: rules_nodes.remove_from_subset,
        c.EdgeCreation: rules_edges.create_edge,
        c.EdgeDeletion: rules_edges.delete_edge,
        c.EdgeObsoletion: rules_edges.obsolete_edge,
        c.EdgeRewiring: rules_edges.rewire,
        c.PlaceUnder: rules_edges.place_under,
        c.RemoveUnder: rules_edges.remove_under,
        c.NodeMove: rules_edges.move,
        c.NodeDeepening: rules_edges.move,
        c.NodeShallowing: rules_edges.move,
        c.PredicateChange: rules_edges.change_predicate,
        c.EdgeLogicalInterpretationChange: rules_axioms.change_quantifier,
        c.LogicalAxiomChange: rules_axioms.change_axiom,
        c.StatementAddition: rules_edges.add_statement,
        c.StatementRemoval: rules_edges.remove_statement,
    }
)


def judge(change: c.Change, state: State) -> Result:
    """What a change is against a state; where it is applied, the state has moved on."""
    if isinstance(change, c.Transaction | c.MultiNodeObsoletion):
        return _judge_set(change, state)
    try:
        ruling = RULES[type(change)](change, state)
    except UnchangedError as reason:
        return Result(change, Status.NO_OP, str(reason))
    except (RefusedError, UnresolvedError) as reason:
        return Result(change, Status.REJECTED, str(reason))
    state.draft.stage(ruling.delta)
    return Result(change, Status.APPLIED, delta=ruling.delta, effects=ruling.effects)


def _judge_set(change: c.Transaction | c.MultiNodeObsoletion, state: State) -> Result:
    """Changes that are one: each judged after the one before, all of them or none."""
    if change.qualifiers:
        return Result(change, Status.REJECTED, "a set takes no qualifiers: its changes may")
    parts: list[Result] = []
    total = NO_DELTA
    for number, member in enumerate(change.change_set, 1):
        part = judge(member, state)
        parts.append(part)
        if part.status is Status.REJECTED:
            state.draft.stage(total.inverse)
            reason = f"change {number} of {len(change.change_set)} in it: {part.reason}"
            return Result(change, Status.REJECTED, reason, parts=tuple(parts))
        total = total.then(part.delta)
    if isinstance(change, c.MultiNodeObsoletion) and (broken := _broken_pointer(total, state)):
        state.draft.stage(total.inverse)
        return Result(change, Status.REJECTED, broken, parts=tuple(parts))
    if not total:
        reason = "all of it is so already" if parts else "there is nothing in it"
        return Result(change, Status.NO_OP, reason, parts=tuple(parts))
    effects = tuple(effect for part in parts for effect in part.effects)
    return Result(change, Status.APPLIED, "", total, effects, parts=tuple(parts))


def _broken_pointer(delta: Delta, state: State) -> str:
    """Why obsoletions do not go together: one replaces by a node that another makes obsolete."""
    for statement in in_order(delta.added):
        target = statement.object
        pointer = statement.predicate in (REPLACED_BY, CONSIDER)
        if pointer and isinstance(target, str) and state.is_obsolete(target):
            return (
                f"{state.show(target)} is to replace {state.show(statement.subject)} and goes too"
            )
    return ""


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
        if ref.kind is not c.RefKind.LABEL and not is_placeholder(ref)
    }


def _refs(value: object) -> Iterable[c.Ref]:
    if isinstance(value, c.Ref):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            if part.name != "meta":
                yield from _refs(getattr(value, part.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _refs(item)
