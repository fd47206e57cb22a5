"""Statements to OBO clauses: the tag and value that may say each."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from graph.axioms import is_annotation_predicate
from graph.expression import Expression
from graph.model import Literal, Node, Qualifier, Statement
from graph.owl_terms import AXIOM, AXIOM_KIND, PROPERTY_CHAIN
from graph.prefixes import STANDARD, PrefixMap, decode_local
from graph.vocabulary import (
    EQUIVALENT_CLASS,
    LABEL,
    OBO,
    OBO_IN_OWL,
    OWL,
    QUANTIFIER,
    RDF_TYPE,
    SUBCLASS_OF,
    SYNONYM_TYPE,
    XREF,
    XSD_STRING,
)
from ingest.clauses import Modifier, Xref, modifiers_text, plain, quoted, xref_text
from ingest.obo_relations import (
    Relations,
    clause_parts,
    gci_modifiers,
    narrowed,
    word_modifiers,
)
from ingest.tags import (
    CHAINS,
    CHARACTERISTICS,
    FALSE_FLAGS,
    FLAGS,
    GROUPS,
    HIERARCHICAL,
    JUNK,
    KEYS,
    NODES,
    QUOTED,
    REVERSIBLE_CHAIN,
    SCOPES,
    TEXTS,
    TRANSITIVE_OVER,
    VERBATIM,
)

_TEXT_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in TEXTS.items()})
_NODE_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in NODES.items()})
_FLAG_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in FLAGS.items()})
_FALSE_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in FALSE_FLAGS.items()})
_QUOTED_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in QUOTED.items()})
_KEY_NAMES: Final = MappingProxyType({predicate: key for key, predicate in KEYS.items()})
_TYPE_TAGS: Final = MappingProxyType({iri: tag for tag, iri in CHARACTERISTICS.items()})
_SCOPE_NAMES: Final = MappingProxyType({predicate: scope for scope, predicate in SCOPES.items()})
_GROUP_TAGS: Final = MappingProxyType({operator: tag for tag, operator in GROUPS.items()})
_CHAIN_TAGS: Final = MappingProxyType({reversible: tag for tag, reversible in CHAINS.items()})
#: Qualifiers that clauses say by their form.
_IMPLIED: Final = frozenset({QUANTIFIER, AXIOM_KIND, REVERSIBLE_CHAIN})

#: A clause as its tag and its value.
Said = tuple[str, str]


def obo_id(prefixes: PrefixMap, node: Node) -> str:
    """A node as every reader of OBO understands it.

    Prefixes that we know, but that the file does not declare, are written out.
    """
    text = prefixes.contract(node)
    prefix = text.partition(":")[0]
    if prefix in STANDARD and prefix not in prefixes.declared and text not in prefixes.shorthands:
        return node
    return text


class ClauseWriter:
    """Proposes clauses, with the prefixes of a file and what it says of its relations."""

    def __init__(self, prefixes: PrefixMap, relations: Relations) -> None:
        self.prefixes = prefixes
        self.relations = relations

    def id(self, node: Node) -> str:
        """A node as it is written."""
        return obo_id(self.prefixes, node)

    def group(self, statement: Statement, kind: str) -> tuple[str, list[str]] | None:
        """The tag and the values of a class that is an intersection or a union."""
        tree = statement.object
        predicate = OWL + "equivalentProperty" if kind == "Typedef" else EQUIVALENT_CLASS
        if not isinstance(tree, Expression) or statement.predicate != predicate:
            return None
        if self.relations.view and kind == "Term":
            view, *inner = tree.arguments
            if tree.operator != "ObjectSomeValuesFrom" or view != self.relations.view:
                return None
            if len(inner) != 1 or not isinstance(inner[0], Expression):
                return None
            tree = inner[0]
        tag = _GROUP_TAGS.get(tree.operator)
        if tag is None or statement.qualifiers:
            return None
        operands = [self._operand(argument) for argument in tree.arguments]
        if None in operands:
            return None
        return tag, sorted((o for o in operands if o), key=lambda o: (" " in o, o))

    def _operand(self, argument: object) -> str | None:
        if isinstance(argument, str):
            return self.id(argument)
        return self._restriction(argument) if isinstance(argument, Expression) else None

    def _restriction(self, tree: Expression, more: Iterable[Modifier] = ()) -> str | None:
        parts = clause_parts(tree, self.relations)
        if parts is None:
            return None
        relation, target, pairs = parts
        return f"{self.id(relation)} {self.id(target)}{modifiers_text(sorted([*pairs, *more]))}"

    def general(self, statement: Statement) -> tuple[Node, str, str] | None:
        """The class, tag and value of an axiom about those of a class that something narrows."""
        parts = narrowed(statement.object) if statement.predicate == AXIOM else None
        if parts is None:
            return None
        node, narrowing, above = parts
        inner = clause_parts(narrowing, self.relations)
        if inner is None:
            return None
        pairs = gci_modifiers(*map(self.id, inner[:2]))
        pairs += self._modifiers(statement.qualifiers)
        if isinstance(above, str):
            return node, "is_a", self.id(above) + modifiers_text(sorted(pairs))
        value = self._restriction(above, pairs) if isinstance(above, Expression) else None
        return None if value is None else (node, "relationship", value)

    def clause(self, statement: Statement, kind: str) -> Said | None:
        """The tag and value that may say a statement in a stanza."""
        value = statement.object
        if isinstance(value, Literal):
            return self._of_literal(statement, value)
        if isinstance(value, Expression):
            return self._of_tree(statement, value)
        return self._of_node(statement, value, kind)

    def _of_tree(self, statement: Statement, tree: Expression) -> Said | None:
        pairs = self._modifiers(statement.qualifiers)
        if statement.predicate == SUBCLASS_OF:
            value = self._restriction(tree, pairs)
            return None if value is None else ("relationship", value)
        names = [part for part in tree.arguments if isinstance(part, str)]
        chain = statement.predicate == PROPERTY_CHAIN and len(names) == len(tree.arguments) == 2
        if not chain:
            return None
        reversible = any(q.predicate == REVERSIBLE_CHAIN for q in statement.qualifiers)
        texts = [self.id(name) for name in names]
        if names[0] == statement.subject and not reversible:
            return TRANSITIVE_OVER, texts[1] + modifiers_text(pairs)
        return _CHAIN_TAGS[reversible], " ".join(texts) + modifiers_text(pairs)

    def _of_node(self, statement: Statement, value: Node, kind: str) -> Said:
        predicate = statement.predicate
        target = self.id(value)
        pairs = self._modifiers(statement.qualifiers)
        trailing = modifiers_text(pairs)
        if predicate == RDF_TYPE and value in _TYPE_TAGS:
            return _TYPE_TAGS[value], "true" + trailing
        for tag, choices in HIERARCHICAL.items():
            if predicate == choices[kind == "Typedef"]:
                return tag, target + trailing
        if predicate in _NODE_TAGS:
            return _NODE_TAGS[predicate], target + trailing
        relation = self.id(predicate)
        words = {q.predicate: q.value for q in statement.qualifiers if q.predicate in _IMPLIED}
        if AXIOM_KIND in words or self._is_property(predicate, relation):
            return "property_value", f"{relation} {target}{trailing}"
        word = words.get(QUANTIFIER)
        if isinstance(word, Literal):
            pairs = sorted([*pairs, *word_modifiers(word.value)])
        elif kind == "Term" and predicate in self.relations.class_level:
            pairs = sorted([*pairs, ("all_some", "true")])
        return "relationship", f"{relation} {target}{modifiers_text(pairs)}"

    def _is_property(self, predicate: Node, text: str) -> bool:
        """Whether an edge is better said as a property: its predicate is no relation of OBO."""
        if is_annotation_predicate(predicate) or predicate in self.relations.tags:
            return True
        known = predicate in self.relations.declared or ":" not in text
        return not known and not predicate.startswith(OBO)

    def _of_literal(self, statement: Statement, value: Literal) -> Said:
        predicate = statement.predicate
        trailing = modifiers_text(self._modifiers(statement.qualifiers))
        if predicate == JUNK:
            return JUNK, value.value
        if predicate.startswith(VERBATIM):
            return predicate[len(VERBATIM) :], value.value
        if predicate in _FLAG_TAGS:
            return _FLAG_TAGS[predicate], value.value + trailing
        if predicate in _FALSE_TAGS and value.value == "false":
            return _FALSE_TAGS[predicate], value.value + trailing
        if predicate in _TEXT_TAGS:
            return _TEXT_TAGS[predicate], plain(value.value) + trailing
        if predicate in _QUOTED_TAGS:
            return _QUOTED_TAGS[predicate], f"{quoted(value.value)} {self._cited(statement)}"
        if predicate in _SCOPE_NAMES:
            kinds = [q.value for q in statement.qualifiers if q.predicate == SYNONYM_TYPE]
            kind = f" {self.id(str(kinds[0]))}" if kinds else ""
            scope = _SCOPE_NAMES[predicate]
            return "synonym", f"{quoted(value.value)} {scope}{kind} {self._cited(statement)}"
        if predicate == XREF:
            described, rest = _description(statement.qualifiers)
            xref = Xref(value.value, described)
            return "xref", xref_text(xref) + modifiers_text(self._modifiers(rest))
        text = f"{self.id(predicate)} {quoted(value.value)}"
        datatype = (
            "xsd:string" if value.datatype == XSD_STRING else self.prefixes.contract(value.datatype)
        )
        return "property_value", f"{text} {datatype}{trailing}"

    def _cited(self, statement: Statement) -> str:
        """The xref list of a definition or synonym, and what other qualifiers it has."""
        xrefs, rest = [], []
        for qualifier in statement.qualifiers:
            if qualifier.predicate == XREF and isinstance(qualifier.value, Literal):
                described, _ = _description(qualifier.qualifiers)
                xrefs.append(Xref(qualifier.value.value, described))
            elif qualifier.predicate != SYNONYM_TYPE:
                rest.append(qualifier)
        listed = ", ".join(sorted(xref_text(xref) for xref in xrefs))
        return f"[{listed}]" + modifiers_text(self._modifiers(rest))

    def _key(self, predicate: Node) -> str:
        """The key of a qualifier: what the reader takes back to its predicate."""
        known = _KEY_NAMES.get(predicate)
        if known is None and predicate.startswith(OBO_IN_OWL):
            local = decode_local(predicate[len(OBO_IN_OWL) :])
            known = None if ":" in local else local
        if known is not None and known not in self.prefixes.shorthands:
            return known
        text = self.id(predicate)
        return text if ":" in text or text in self.prefixes.shorthands else predicate

    def _modifiers(self, qualifiers: Iterable[Qualifier]) -> list[Modifier]:
        return sorted(
            (self._key(q.predicate), q.value.value)
            for q in qualifiers
            if isinstance(q.value, Literal) and q.predicate not in _IMPLIED
        )


def _description(qualifiers: Iterable[Qualifier]) -> tuple[str | None, list[Qualifier]]:
    """The description of an xref, and the other qualifiers."""
    described, rest = None, []
    for qualifier in qualifiers:
        if qualifier.predicate == LABEL and isinstance(qualifier.value, Literal):
            described = qualifier.value.value if described is None else described
        else:
            rest.append(qualifier)
    return described, rest
