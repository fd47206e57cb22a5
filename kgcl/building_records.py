"""Callbacks of the grammar for annotations, mappings, metadata, edges and statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lark import Token, Transformer, v_args

from kgcl import changes as c
from kgcl.lexical import TokenError

if TYPE_CHECKING:
    from kgcl.changes import Ref, Term


@v_args(inline=True)
class RecordBuilder(Transformer[Token, object]):
    """What is said of a node as values, edges, and statements in general."""

    # --- annotations

    def change_annotation(self, node: Ref, predicate: Ref, old: Term, new: Term) -> c.Change:
        return c.NodeAnnotationChange(node, predicate, old, new)

    def replace_annotation(
        self, node: Ref, predicate: Ref, old: Term | None, new: Term
    ) -> c.Change:
        return c.NodeAnnotationReplacement(node, predicate, old, new)

    def add_annotation(self, predicate: Ref, value: Term, node: Ref) -> c.Change:
        return c.NodeAnnotationChange(node, predicate, None, value)

    def remove_annotation(self, predicate: Ref, value: Term, node: Ref) -> c.Change:
        return c.NodeAnnotationChange(node, predicate, value, None)

    # --- mappings

    def add_mapping(self, value: Term, node: Ref, predicate: Ref | None) -> c.Change:
        return c.NewMapping(node, value, predicate)

    def remove_mapping(self, value: Term, node: Ref, predicate: Ref | None) -> c.Change:
        return c.RemoveMapping(node, value, predicate)

    def change_mapping(self, node: Ref, predicate: Ref | None, old: Term, new: Term) -> c.Change:
        return c.MappingReplacement(node, old, new, predicate)

    def change_mapping_predicate(
        self, value: Term | None, node: Ref, old: Ref, new: Ref
    ) -> c.Change:
        return c.MappingPredicateChange(node, old, new, value)

    def change_mappings(self, node: Ref, old: Term, new: Term | None) -> c.Change:
        return c.NodeMappingChange(node, old, new)

    def change_mappings_to(self, node: Ref, new: Term) -> c.Change:
        return c.NodeMappingChange(node, None, new)

    def create_mapping(self, subject: Ref, predicate: Ref, target: Ref) -> c.Change:
        return c.MappingCreation(subject, predicate, target)

    # --- metadata

    def add_metadata(self, predicate: Ref, value: Term, node: Ref) -> c.Change:
        return c.NewMetadataAssertion(node, predicate, value)

    def remove_metadata(self, predicate: Ref, value: Term, node: Ref) -> c.Change:
        return c.RemoveMetadataAssertion(node, predicate, value)

    def change_metadata(self, node: Ref, predicate: Ref | None, old: Term, new: Term) -> c.Change:
        return c.MetadataAssertionReplacement(node, old, new, predicate)

    def change_metadata_predicate(
        self, value: Term | None, node: Ref, old: Ref, new: Ref
    ) -> c.Change:
        return c.MetadataAssertionPredicateChange(node, old, new, value)

    def change_record(self, node: Ref, old: Term, new: Term | None) -> c.Change:
        return c.NodeMetadataAssertionChange(node, old, new)

    def change_record_to(self, node: Ref, new: Term) -> c.Change:
        return c.NodeMetadataAssertionChange(node, None, new)

    # --- edges

    def new_edge(self, subject: Ref, predicate: Ref, target: Term) -> c.Change:
        return c.EdgeCreation(subject, predicate, target)

    def remove_edge(self, subject: Ref, predicate: Ref, target: Term) -> c.Change:
        return c.EdgeDeletion(subject, predicate, target)

    def obsolete_edge(self, subject: Ref, predicate: Ref, target: Term) -> c.Change:
        return c.EdgeObsoletion(subject, predicate, target)

    def rewire(self, subject: Ref, predicate: Ref, target: Ref, old: Ref, new: Ref) -> c.Change:
        return c.EdgeRewiring(c.Edge(subject, predicate, target), old, new)

    def change_predicate(self, subject: Ref, target: Ref, old: Ref, new: Ref) -> c.Change:
        return c.PredicateChange(c.Edge(subject, None, target), old, new)

    def change_quantifier(
        self, subject: Ref, predicate: Ref, target: Ref, old: str | None, new: str
    ) -> c.Change:
        return c.EdgeLogicalInterpretationChange(c.Edge(subject, predicate, target), old, new)

    def place_under(self, subject: Ref, target: Ref) -> c.Change:
        return c.PlaceUnder(subject, target)

    def remove_under(self, subject: Ref, target: Ref) -> c.Change:
        return c.RemoveUnder(subject, target)

    # --- moves

    def moving(self) -> type[c.NodeMove]:
        return c.NodeMove

    def deepening(self) -> type[c.NodeMove]:
        return c.NodeDeepening

    def shallowing(self) -> type[c.NodeMove]:
        return c.NodeShallowing

    def move_node(self, kind: type[c.NodeMove], node: Ref, old: Ref, new: Ref) -> c.Change:
        return kind(c.Edge(node), old, new)

    def move_over(
        self, kind: type[c.NodeMove], node: Ref, predicate: Ref, old: Ref, new: Ref
    ) -> c.Change:
        return kind(c.Edge(node, predicate), old, new)

    def move_edge(
        self, kind: type[c.NodeMove], node: Ref, predicate: Ref, target: Ref, old: Ref, new: Ref
    ) -> c.Change:
        if target != old:
            raise TokenError("the edge to move does not end at what follows 'from'", 0)
        return kind(c.Edge(node, predicate, target), old, new)

    def move_under(self, kind: type[c.NodeMove], node: Ref, new: Ref) -> c.Change:
        return kind(c.Edge(node), None, new)

    def move_over_under(
        self, kind: type[c.NodeMove], node: Ref, predicate: Ref, new: Ref
    ) -> c.Change:
        return kind(c.Edge(node, predicate), None, new)

    # --- axioms and statements

    def add_axiom(self, axiom: Term) -> c.Change:
        return c.LogicalAxiomChange(None, axiom)

    def remove_axiom(self, axiom: Term) -> c.Change:
        return c.LogicalAxiomChange(axiom, None)

    def change_axiom(self, old: Term, new: Term) -> c.Change:
        return c.LogicalAxiomChange(old, new)

    def add_statement(self, subject: Ref, predicate: Ref, value: Term) -> c.Change:
        return c.StatementAddition(subject, predicate, value)

    def remove_statement(self, subject: Ref, predicate: Ref, value: Term) -> c.Change:
        return c.StatementRemoval(subject, predicate, value)
