"""Changes against a state: each ends applied, no-op, or rejected with a reason.

Each change is judged against the state after the one before it. A batch is atomic: one
rejection, and the outcome's delta is empty, unless the caller asks to keep going.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from graph.model import Delta, in_order
from graph.vocabulary import ALTERNATIVE_ID, CONSIDER, REPLACED_BY
from kgcl import changes as c
from kgcl import (
    rules_axioms,
    rules_edges,
    rules_ids,
    rules_mappings,
    rules_merge,
    rules_nodes,
    rules_obsoletion,
    rules_records,
    rules_synonyms,
    rules_text,
)
from kgcl.batch import contradictions, find_conflicts
from kgcl.errors import RejectedChangeError
from kgcl.guards import guard
from kgcl.policy import policy_of
from kgcl.reading_ahead import read_ahead
from kgcl.resolve import UnresolvedError
from kgcl.state import Effect, EffectKind, RefusedError, Ruling, State, UnchangedError

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.batch import BatchConflict
    from kgcl.policy import Policy
    from kgcl.state import Recall


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
    What is rejected or withheld has no delta and no effects.
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
    """What became of a batch: one delta, and a result for each change in order.

    ``conflicts`` are pairs of its changes that contradict each other, or may not be meant
    together; the later one of a pair that contradicts is rejected without being judged.
    """

    delta: Delta
    results: tuple[Result, ...]
    conflicts: tuple[BatchConflict, ...] = ()

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
        c.NodeIdChange: rules_ids.change_id,
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
        c.NewMapping: rules_mappings.new_mapping,
        c.RemoveMapping: rules_mappings.remove_mapping,
        c.MappingReplacement: rules_mappings.replace_mapping,
        c.MappingPredicateChange: rules_mappings.change_mapping_predicate,
        c.NodeMappingChange: rules_mappings.change_mappings,
        c.MappingCreation: rules_mappings.create_mapping,
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
        told = guard(change, ruling, state)
    except UnchangedError as reason:
        return Result(change, Status.NO_OP, str(reason))
    except (RefusedError, UnresolvedError) as reason:
        return Result(change, Status.REJECTED, str(reason))
    state.draft.stage(ruling.delta)
    return Result(change, Status.APPLIED, delta=ruling.delta, effects=(*ruling.effects, *told))


def _judge_set(change: c.Transaction | c.MultiNodeObsoletion, state: State) -> Result:
    """Changes that are one: each judged after the one before, all of them or none."""
    if change.qualifiers:
        return Result(change, Status.REJECTED, "a set takes no qualifiers: its changes may")
    parts: list[Result] = []
    total = NO_DELTA
    refusal = ""
    for number, member in enumerate(change.change_set, 1):
        if change.meta:
            state.around.append(change.meta)
        part = _judge_member(member, change, state)
        if change.meta:
            state.around.pop()
        parts.append(part)
        if part.status is Status.REJECTED:
            refusal = f"change {number} of {len(change.change_set)} in it: {part.reason}"
            break
        total = total.then(part.delta)
    if not refusal and isinstance(change, c.MultiNodeObsoletion):
        refusal = _broken_pointer(total, state)
    if refusal:
        state.draft.stage(total.inverse)
        kept = tuple(_withheld(part, "the set that it is in was rejected") for part in parts)
        return Result(change, Status.REJECTED, refusal, parts=kept)
    if not total:
        reason = "all of it is so already" if parts else "there is nothing in it"
        return Result(change, Status.NO_OP, reason, parts=tuple(parts))
    return Result(
        change, Status.APPLIED, "", total, _netted(parts, total, state), parts=tuple(parts)
    )


def _judge_member(
    member: c.Change, owner: c.Transaction | c.MultiNodeObsoletion, state: State
) -> Result:
    if isinstance(owner, c.MultiNodeObsoletion) and not isinstance(member, c.OBSOLETIONS):
        reason = f"a {type(member).__name__} is no obsoletion: use a transaction"
        return Result(member, Status.REJECTED, reason)
    return judge(member, state)


def _broken_pointer(delta: Delta, state: State) -> str:
    """Why obsoletions do not go together: one replaces by a node that another makes obsolete."""
    for statement in in_order(delta.added):
        if statement.predicate == ALTERNATIVE_ID and state.is_obsolete(statement.subject):
            merged = str(statement.object)
            return f"{state.show(statement.subject)} is to take in {merged} and goes too"
        target = statement.object
        pointer = statement.predicate in (REPLACED_BY, CONSIDER)
        if pointer and isinstance(target, str) and state.is_obsolete(target):
            return (
                f"{state.show(target)} is to replace {state.show(statement.subject)} and goes too"
            )
    return ""


def _netted(parts: Iterable[Result], total: Delta, state: State) -> tuple[Effect, ...]:
    """The effects of a set as one: what one change did and a later one undid is not told.

    Where an edge was rewired twice, it went from the first end to the last.
    """
    told: list[Effect] = []
    for effect in (effect for part in parts for effect in part.effects):
        before = next((e for e in told if e.added is not None and e.added == effect.removed), None)
        if before is not None:
            told.remove(before)
            effect = replace(effect, removed=before.removed)
        told.append(
            replace(
                effect,
                removed=effect.removed if effect.removed in total.removed else None,
                added=effect.added if effect.added != effect.removed else None,
            )
        )
    return tuple(effect for effect in told if _stands(effect, total, state))


def _stands(effect: Effect, total: Delta, state: State) -> bool:
    """Whether an effect still tells of something once the whole set is made."""
    if effect.concerns is not None:
        there = effect.concerns in state.with_key(*effect.concerns.key)
        return there != (effect.kind is EffectKind.NOT_RESTORED)
    if effect.added is not None:
        return effect.added in total.added
    return effect.removed is not None


def apply(
    changes: Iterable[c.Change],
    snapshot: Snapshot,
    policy: Policy | None = None,
    keep_going: bool = False,
    recall: Recall | None = None,
) -> Outcome:
    """Judge a batch against a snapshot, and net it to one delta.

    The policy is the graph's own unless one is given; ``recall`` knows what an unobsoletion may
    bring back. The frames that the batch names are read
    from the snapshot in one go. Raises ChangeError for an unknown policy only.
    """
    batch = list(changes)
    state = State(snapshot, policy or policy_of(snapshot), recall)
    read_ahead(batch, state)
    found = find_conflicts(batch, state)
    errors = contradictions(found)
    results: list[Result] = []
    for number, change in enumerate(batch):
        against = _contradicted(errors.get(number, ()), results)
        if against is None:
            results.append(judge(change, state))
        else:
            results.append(Result(change, Status.REJECTED, against.reason))
    refused = next((r for r in results if r.status is Status.REJECTED), None)
    if refused is None or keep_going:
        return Outcome(state.draft.delta, tuple(results), found)
    withheld = tuple(_withhold(result, refused) for result in results)
    return Outcome(NO_DELTA, withheld, found)


def _contradicted(
    conflicts: Iterable[BatchConflict], results: Sequence[Result]
) -> BatchConflict | None:
    """The first of the contradictions of a change whose earlier side was not rejected itself."""
    for conflict in conflicts:
        within = conflict.first == len(results)
        if within or results[conflict.first].status is not Status.REJECTED:
            return conflict
    return None


def _withhold(result: Result, refused: Result) -> Result:
    position = refused.change.position
    where = f"line {position.line}" if position else "another change"
    return _withheld(result, f"{where} was rejected, and a batch is atomic")


def _withheld(result: Result, reason: str) -> Result:
    """A change that was in order, as it is where it may not be made."""
    if result.status is not Status.APPLIED:
        return result
    parts = tuple(_withheld(part, reason) for part in result.parts)
    return Result(result.change, Status.REJECTED, reason, withheld=True, parts=parts)
