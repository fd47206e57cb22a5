"""Canonical JSON-LD 1.1: node objects in order, prefixes as the context, lists as ``@list``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from graph.model import Literal, Statement
from graph.prefixes import STANDARD
from graph.vocabulary import RDF_TYPE, XSD_STRING
from ingest.rdf_structure import REST, Structure, structure
from ingest.rdf_terms import has_triple_term, is_sayable, n_triples, split_direction
from ingest.triples import Term, Triple

_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_SCHEMES: Final = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*):(?!//)")
#: What a prefix that is a plain string in a context ends with (JSON-LD 1.1, section 4.1.5).
_DELIMITERS: Final = (":", "/", "?", "#", "[", "]", "@")


def says_json_ld(statement: Statement) -> bool:
    """Whether JSON-LD has words for all parts of a statement."""
    return is_sayable(statement) and not has_triple_term(statement)


def is_json_ld_prefix(prefix: str, namespace: str, schemes: Collection[str]) -> bool:
    """Whether a context can declare a prefix; IRIs of a scheme of that name would be its names."""
    return _PREFIX.fullmatch(prefix) is not None and bool(namespace) and prefix not in schemes


def schemes_of(statements: Iterable[Statement]) -> frozenset[str]:
    """Schemes of IRIs, those before ``//`` left aside, and perhaps more that texts mention."""
    found = {"urn"}
    for statement in statements:
        found.update(_SCHEMES.findall(str(statement)))
    return frozenset(found)


def json_ld(
    triples: Sequence[Triple], declared: Mapping[str, str], schemes: Collection[str]
) -> Iterator[str]:
    """The text of triples, in pieces; ``declared`` prefixes are all in the context.

    The standard prefixes serve as well where they can, and are in the context where they are used.
    """
    standard = {p: n for p, n in STANDARD.items() if is_json_ld_prefix(p, n, schemes)}
    writer = _Writer({**standard, **declared})
    graphs: dict[str, list[Triple]] = {"": []}
    for triple in triples:
        graphs.setdefault(triple.graph, []).append(triple)
    nodes = writer.nodes(graphs.pop(""))
    nodes += [
        {"@id": writer.word(name), "@graph": writer.nodes(graphs[name])} for name in sorted(graphs)
    ]
    used = {p: standard[p] for p in writer.used if p not in declared}
    context = {p: _defined(n) for p, n in sorted({**used, **declared}.items())}
    yield json.dumps({"@context": context, "@graph": nodes}, ensure_ascii=False, indent=1)
    yield "\n"


def _defined(namespace: str) -> Any:
    return namespace if namespace.endswith(_DELIMITERS) else {"@id": namespace, "@prefix": True}


class _Writer:
    """JSON for terms, under the prefixes of one document."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.namespaces = sorted(
            ((namespace, prefix) for prefix, namespace in prefixes.items()),
            key=lambda pair: (-len(pair[0]), pair[1]),
        )
        self.used: set[str] = set()
        self.words: dict[str, str] = {}

    def word(self, node: str) -> str:
        """A node as a compact IRI where it has one, as an IRI or a label else."""
        word = self.words.get(node)
        if word is None:
            word = self.words[node] = self._word(node)
        return word

    def _word(self, node: str) -> str:
        if not node.startswith("_:"):
            for namespace, prefix in self.namespaces:
                if node.startswith(namespace) and not node.startswith("//", len(namespace)):
                    self.used.add(prefix)
                    return f"{prefix}:{node[len(namespace) :]}"
        return node

    def nodes(self, triples: Sequence[Triple]) -> list[dict[str, Any]]:
        """The node objects of one graph."""
        shape = structure(triples, with_reifiers=False)
        inner = {cell for first in shape.lists for cell in _cells(shape, first)}
        return [
            self._node(subject, shape)
            for subject in sorted(shape.about, key=lambda s: (s.startswith("_:"), s))
            if subject not in inner
        ]

    def _node(self, subject: str, shape: Structure) -> dict[str, Any]:
        made: dict[str, Any] = {"@id": self.word(subject)}
        for triple in sorted(shape.about[subject], key=_rank):
            value = triple.object
            if triple.predicate == RDF_TYPE and isinstance(value, str) and value not in shape.lists:
                made.setdefault("@type", []).append(self.word(value))
            else:
                made.setdefault(self.word(triple.predicate), []).append(self._value(value, shape))
        return made

    def _value(self, term: Term, shape: Structure) -> Any:
        if isinstance(term, Literal):
            return self._literal(term)
        if not isinstance(term, str):
            raise TypeError(f"JSON-LD has no triple terms: {n_triples(term)}")
        items = shape.lists.get(term)
        if items is not None:
            return {"@list": [self._value(item, shape) for item in items]}
        return {"@id": self.word(term)}

    def _literal(self, literal: Literal) -> dict[str, str]:
        made = {"@value": literal.value}
        if literal.language:
            language, direction = split_direction(literal.language)
            made["@language"] = language
            if direction:
                made["@direction"] = direction
        elif literal.datatype != XSD_STRING:
            made["@type"] = self.word(literal.datatype)
        return made


def _cells(shape: Structure, first: str) -> list[str]:
    """The nodes of a list, which may begin behind the first node that it was found with."""
    chain = [first]
    while True:
        rest = next(t.object for t in shape.about[chain[-1]] if t.predicate == REST)
        if not isinstance(rest, str) or not rest.startswith("_:"):
            return chain
        chain.append(rest)


def _rank(triple: Triple) -> tuple[bool, str, bool, str]:
    value = triple.object
    return (
        triple.predicate != RDF_TYPE,
        triple.predicate,
        isinstance(value, Literal),
        n_triples(value),
    )
