"""Callbacks of the grammar for nodes and what is said of them in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lark import Token, Transformer, v_args

from kgcl import changes as c

if TYPE_CHECKING:
    from kgcl.changes import Ref, Scope, Text


def _value(text: Text | None) -> str | None:
    return None if text is None else text.value


def _language(text: Text | None) -> str:
    return "" if text is None else text.language


@v_args(inline=True)
class TextBuilder(Transformer[Token, object]):
    """Nodes, labels, synonyms and definitions."""

    # --- nodes

    def naming(self, node: Ref, label: Text | None) -> tuple[Ref | None, Text | None]:
        return node, label

    def naming_by_label(self, label: Text) -> tuple[Ref | None, Text | None]:
        return None, label

    def create_node(self, named: tuple[Ref | None, Text | None]) -> c.Change:
        return self._node(named, c.NodeType.NODE)

    def create_instance(self, named: tuple[Ref | None, Text | None]) -> c.Change:
        return self._node(named, c.NodeType.INSTANCE)

    def create_annotation_property(self, named: tuple[Ref | None, Text | None]) -> c.Change:
        return self._node(named, c.NodeType.ANNOTATION_PROPERTY)

    def _node(self, named: tuple[Ref | None, Text | None], kind: c.NodeType) -> c.Change:
        node, label = named
        return c.NodeCreation(node, _value(label), _language(label), kind)

    def create_relation(self, named: tuple[Ref | None, Text | None]) -> c.Change:
        node, label = named
        return c.ObjectPropertyCreation(node, _value(label), _language(label))

    def create_class(
        self, named: tuple[Ref | None, Text | None], parent: Ref | None, definition: Text | None
    ) -> c.Change:
        node, label = named
        return c.ClassCreation(
            node,
            _value(label),
            _language(label),
            parent,
            _value(definition),
            _language(definition),
        )

    def create_class_by_id(
        self, node: Ref, label: Text | None, parent: Ref | None, definition: Text | None
    ) -> c.Change:
        return self.create_class((node, label), parent, definition)

    def obsolete(self, node: Ref) -> c.Change:
        return c.NodeObsoletion(node)

    def obsolete_several(self, *nodes: Ref) -> c.Change:
        return c.MultiNodeObsoletion(tuple(c.NodeObsoletion(node) for node in nodes))

    def obsolete_replaced(
        self, node: Ref, replacement: Ref, others: tuple[Ref, ...] | None
    ) -> c.Change:
        return c.NodeObsoletionWithDirectReplacement(node, replacement, others or ())

    def obsolete_alternatives(self, node: Ref, others: tuple[Ref, ...]) -> c.Change:
        return c.NodeObsoletionWithNoDirectReplacement(node, others)

    def alternatives(self, *nodes: Ref) -> tuple[Ref, ...]:
        return nodes

    def unobsolete(self, node: Ref) -> c.Change:
        return c.NodeUnobsoletion(node)

    def unobsolete_replaced(self, node: Ref, replacement: Ref, alternative: Ref | None) -> c.Change:
        return c.NodeUnobsoletion(node, replacement, alternative)

    def unobsolete_alternative(self, node: Ref, alternative: Ref) -> c.Change:
        return c.NodeUnobsoletion(node, None, alternative)

    def merge(self, node: Ref, into: Ref, others: tuple[Ref, ...] | None) -> c.Change:
        return c.NodeDirectMerge(node, into, others or ())

    def delete(self, node: Ref) -> c.Change:
        return c.NodeDeletion(node)

    def change_id(self, node: Ref, new: Ref) -> c.Change:
        return c.NodeIdChange(node, new)

    def add_to_subset(self, node: Ref, subset: Ref) -> c.Change:
        return c.AddNodeToSubset(node, subset)

    def remove_from_subset(self, node: Ref, subset: Ref) -> c.Change:
        return c.RemoveNodeFromSubset(node, subset)

    # --- labels

    def retaining(self, scope: Scope | None) -> tuple[Scope | None]:
        return (scope,)

    def rename(
        self, node: Ref, old: Text, new: Text, retained: tuple[Scope | None] | None
    ) -> c.Change:
        return self._rename(node, old, new, retained)

    def rename_any(self, node: Ref, new: Text, retained: tuple[Scope | None] | None) -> c.Change:
        return self._rename(node, None, new, retained)

    def rename_label(self, old: Text, new: Text, retained: tuple[Scope | None] | None) -> c.Change:
        return self._rename(c.Ref(old.value, c.RefKind.LABEL), old, new, retained)

    def _rename(
        self, node: Ref, old: Text | None, new: Text, retained: tuple[Scope | None] | None
    ) -> c.Change:
        before, language = _value(old), _language(old)
        if retained is None:
            return c.NodeRename(node, before, new.value, language, new.language)
        return c.NameBecomesSynonym(node, before, new.value, retained[0], language, new.language)

    def language(self, token: Token) -> str:
        return str(token[1:])

    def no_language(self) -> str:
        return ""

    def change_language(self, node: Ref, old: str | None, new: str) -> c.Change:
        return c.SetLanguageForName(node, old, new)

    # --- synonyms

    def new_synonym(
        self, scope: Scope | None, text: Text, node: Ref, predicate: Ref | None
    ) -> c.Change:
        return c.NewSynonym(node, text.value, scope, text.language, predicate)

    def remove_synonym(self, scope: Scope | None, text: Text, node: Ref) -> c.Change:
        return c.RemoveSynonym(node, text.value, scope, text.language)

    def change_synonym(self, scope: Scope | None, old: Text, node: Ref, new: Text) -> c.Change:
        return c.SynonymReplacement(node, old.value, new.value, scope, old.language, new.language)

    def change_synonym_from(self, scope: Scope | None, old: Text, new: Text, node: Ref) -> c.Change:
        return self.change_synonym(scope, old, node, new)

    def change_scope(
        self, text: Text, node: Ref, old: Scope | Ref | None, new: Scope | Ref
    ) -> c.Change:
        return c.SynonymPredicateChange(node, text.value, old, new, text.language)

    def no_type(self) -> None:
        return None

    def change_type(self, text: Text, node: Ref, old: Ref | None, new: Ref | None) -> c.Change:
        return c.SynonymTypeChange(node, text.value, old, new, text.language)

    def change_synonyms(self, node: Ref, old: Text, new: Text | None) -> c.Change:
        return c.NodeSynonymChange(node, old.value, _value(new), old.language, _language(new))

    def change_synonyms_to(self, node: Ref, new: Text) -> c.Change:
        return c.NodeSynonymChange(node, None, new.value, "", new.language)

    # --- definitions

    def new_definition(self, text: Text, node: Ref) -> c.Change:
        return c.NewTextDefinition(node, text.value, text.language)

    def change_definition(self, node: Ref, old: Text | None, new: Text) -> c.Change:
        return c.TextDefinitionReplacement(
            node, _value(old), new.value, _language(old), new.language
        )

    def remove_definition(self, old: Text | None, node: Ref) -> c.Change:
        return c.RemoveTextDefinition(node, _value(old), _language(old))
