"""Axioms as text in OWL functional syntax, each on one line but for line breaks in literals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier
from graph.owl_axioms import GROUP, Axiom
from graph.owl_grammar import is_count
from graph.vocabulary import XSD_STRING
from ingest.ofn_order import annotation_rank, arguments, members, name_rank

_LANGUAGE: Final = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*")


@dataclass(slots=True)
class TextWriter:
    """Writes with the prefixes of a file; ``namespaces`` are by prefix."""

    namespaces: Mapping[str, str]
    _prefixes: dict[str, str] = field(init=False)
    _known: dict[Node, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pairs = sorted(self.namespaces.items(), key=lambda pair: (-len(pair[0]), pair[0]))
        self._prefixes = {namespace: prefix for prefix, namespace in pairs}

    def name(self, node: Node) -> str:
        """An IRI in brackets, or with a prefix where what is left is a plain name."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = node if node.startswith("_:") else self._name(node)
        return known

    def _name(self, node: Node) -> str:
        namespace, local = name_rank(node)
        prefix = self._prefixes.get(namespace) if local else None
        return f"<{node}>" if prefix is None else f"{prefix}:{local}"

    def value(self, value: Object) -> str:
        """A name, a literal or a tree."""
        if isinstance(value, str):
            return self.name(value)
        if isinstance(value, Expression):
            inner = " ".join(self._parts(value))
            return f"({inner})" if value.operator == GROUP else f"{value.operator}({inner})"
        text = value.value
        if "\\" in text or '"' in text:
            text = text.replace("\\", "\\\\").replace('"', '\\"')
        if value.language:
            return f'"{text}"@{value.language}'
        if value.datatype == XSD_STRING:
            return f'"{text}"'
        return f'"{text}"^^{self.name(value.datatype)}'

    def _parts(self, tree: Expression) -> Iterator[str]:
        counted = tree.operator.endswith("Cardinality")
        for index, part in enumerate(members(tree)):
            if counted and not index and isinstance(part, Literal) and is_count(part):
                yield part.value
            else:
                yield self.value(part)

    def annotation(self, qualifier: Qualifier) -> str:
        """An annotation with its own annotations."""
        return f"Annotation({self._annotated(qualifier.qualifiers)}{self._pair(qualifier)})"

    def _pair(self, qualifier: Qualifier) -> str:
        return f"{self.name(qualifier.predicate)} {self.value(qualifier.value)}"

    def _annotated(self, qualifiers: tuple[Qualifier, ...]) -> str:
        if not qualifiers:
            return ""
        return "".join(f"{self.annotation(q)} " for q in sorted(qualifiers, key=annotation_rank))

    def axiom(self, axiom: Axiom) -> str:
        """An axiom with its annotations."""
        parts = " ".join(map(self.value, arguments(axiom)))
        return f"{axiom.operator}({self._annotated(axiom.annotations)}{parts})"


def is_writable(value: Object) -> bool:
    """Whether the languages of all literals of a value can be written."""
    if isinstance(value, Literal):
        return not value.language or _LANGUAGE.fullmatch(value.language) is not None
    return isinstance(value, str) or all(map(is_writable, value.arguments))
