"""Between node ids (absolute IRIs) and how people write them: CURIEs, OBO ids, bare tokens.

The rules for OBO ids are those of the OBO 1.4 mapping to OWL (section 5.9, "Treatment of
identifiers"): ``GO:0008150`` is ``…/obo/GO_0008150``, ``x:y`` with another local part is
``…/obo/x#_y``, and an unprefixed id of the ontology *ms* is ``…/obo/ms#id``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from graph.model import Literal, Node
from graph.vocabulary import (
    DC,
    DCTERMS,
    DEFAULT_ONTOLOGY,
    KGDELTA,
    NAMESPACE,
    OBO,
    OBO_IN_OWL,
    ONTOLOGY,
    OWL,
    PREFIX,
    RDF,
    RDF_TYPE,
    RDFS,
    SHORTHAND,
    SKOS,
    TOKEN,
    XSD,
)

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

STANDARD: Final[Mapping[str, str]] = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dc": DC,
    "dcterms": DCTERMS,
    "oboInOwl": OBO_IN_OWL,
    "kgdelta": KGDELTA,
}

_ABSOLUTE: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://|urn:|mailto:)\S")
_CANONICAL_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z_]*")
_DIGITS: Final = re.compile(r"[0-9]+")
#: What RFC 3987 forbids, and white space beyond it, which readers of lines would cut off.
_NEVER: Final = r"\s\x00-\x20\x7f-\x9f<>\"{}|\\^`"
_FORBIDDEN: Final = re.compile(f"[{_NEVER}%]")
_FORBIDDEN_IN_URL: Final = re.compile(f"[{_NEVER}]")
_ENCODED: Final = re.compile(r"(?:%[0-9A-F]{2})+")
_ONTOLOGY_IRI: Final = re.compile(re.escape(OBO) + r"(.+)\.owl")


def _encode(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _decode(found: re.Match[str]) -> str:
    try:
        return bytes.fromhex(found[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return found[0]


def encode_local(text: str) -> str:
    """Percent-encode what an IRI cannot hold, and ``%`` itself, so that it can be undone."""
    return _FORBIDDEN.sub(_encode, text)


def decode_local(text: str) -> str:
    """Undo :func:`encode_local`."""
    return _ENCODED.sub(_decode, text)


def token_node(token: str) -> Node:
    """The node of a bare token of a triple set."""
    return TOKEN + encode_local(token)


def ontology_iri(ontology: str) -> Node:
    """The node of an ontology from its OBO id, such as ``ms``; an IRI stays as it is."""
    return ontology if is_absolute(ontology) else f"{OBO}{encode_local(ontology)}.owl"


def ontology_id(node: Node) -> str:
    """The OBO id of an ontology from its node, the inverse of :func:`ontology_iri`."""
    found = _ONTOLOGY_IRI.fullmatch(node)
    return decode_local(found[1]) if found else node


def is_absolute(text: str) -> bool:
    """Whether a text is an IRI as it stands and not a CURIE."""
    return _ABSOLUTE.match(text) is not None


class PrefixMap:
    """Expands what people write to node ids, and contracts ids to what people write.

    ``contract(expand(text)) == text`` for every CURIE, OBO id and shorthand; a text that is an
    IRI already may come back as its CURIE, and where namespaces overlap the longest one wins.
    ``expand(contract(node)) == node`` for every absolute IRI.
    """

    def __init__(
        self,
        namespaces: Mapping[str, str] | None = None,
        shorthands: Mapping[str, Node] | None = None,
        ontology: str = "",
    ) -> None:
        self.declared = dict(namespaces or {})
        self.namespaces = {**STANDARD, **self.declared}
        self.shorthands = dict(shorthands or {})
        self.ontology = ontology
        self._short_of = {node: text for text, node in sorted(self.shorthands.items())}
        self._by_length = sorted(
            ((namespace, prefix) for prefix, namespace in self.namespaces.items()),
            key=lambda pair: (-len(pair[0]), pair[1]),
        )
        self._contracted: dict[Node, str] = {}

    @classmethod
    def of(cls, snapshot: Snapshot) -> PrefixMap:
        """The prefix map that the statements of a snapshot declare."""
        namespaces: dict[str, str] = {}
        shorthands: dict[str, Node] = {}
        for statement in snapshot.statements(predicates={PREFIX, SHORTHAND}):
            if not isinstance(statement.object, Literal):
                continue
            if statement.predicate == SHORTHAND:
                shorthands[statement.object.value] = statement.subject
                continue
            for qualifier in statement.qualifiers:
                if qualifier.predicate == NAMESPACE and isinstance(qualifier.value, Literal):
                    namespaces[statement.object.value] = qualifier.value.value
        node = ontology_node(snapshot)
        named = any(True for _ in snapshot.statements({node}, {RDF_TYPE}, {ONTOLOGY}))
        ontology = ontology_id(node) if named else ""
        return cls(namespaces, shorthands, ontology)

    def expand(self, text: str) -> Node:
        """The node id that a CURIE, an OBO id, a shorthand, or an IRI stands for."""
        short = self.shorthands.get(text)
        if short is not None:
            return short
        prefix, colon, local = text.partition(":")
        if colon and prefix in self.namespaces and not local.startswith("//"):
            return self.namespaces[prefix] + encode_local(local)
        if is_absolute(text):
            return _FORBIDDEN_IN_URL.sub(_encode, text)
        if not colon:
            return self._expand_unprefixed(text)
        if _CANONICAL_PREFIX.fullmatch(prefix) and _DIGITS.fullmatch(local):
            return f"{OBO}{prefix}_{local}"
        return f"{OBO}{encode_local(prefix)}#_{encode_local(local)}"

    def _expand_unprefixed(self, text: str) -> Node:
        if not self.ontology:
            return token_node(text)
        if is_absolute(self.ontology):
            return f"{self.ontology}#{encode_local(text)}"
        return f"{OBO}{encode_local(self.ontology)}#{encode_local(text)}"

    def contract(self, node: Node) -> str:
        """The shortest text that :meth:`expand` takes back to this node."""
        known = self._contracted.get(node)
        if known is None:
            known = next(
                (text for text in self._candidates(node) if self.expand(text) == node), node
            )
            self._contracted[node] = known
        return known

    def curie(self, node: Node) -> str:
        """Like :meth:`contract`, but ``prefix:local`` where the node has it, never a shorthand."""
        return next(
            (
                text
                for text in self._candidates(node)
                if ":" in text and text not in self.shorthands and self.expand(text) == node
            ),
            node,
        )

    def _candidates(self, node: Node) -> Iterator[str]:
        short = self._short_of.get(node)
        if short is not None:
            yield short
        if node.startswith(TOKEN):
            yield decode_local(node[len(TOKEN) :])
        for namespace, prefix in self._by_length:
            if node.startswith(namespace):
                yield f"{prefix}:{decode_local(node[len(namespace) :])}"
        if self.ontology and is_absolute(self.ontology):
            start = f"{self.ontology}#"
        else:
            start = f"{OBO}{encode_local(self.ontology)}#"
        if node.startswith(start):
            yield decode_local(node[len(start) :])
        if node.startswith(OBO):
            rest = node[len(OBO) :]
            prefix, mark, local = rest.partition("#_")
            if mark:
                yield f"{decode_local(prefix)}:{decode_local(local)}"
            prefix, mark, local = rest.rpartition("_")
            if mark:
                yield f"{prefix}:{local}"


def ontology_node(snapshot: Snapshot) -> Node:
    """The node that carries a graph's header and settings.

    The first by IRI where a graph declares several ontologies, ``urn:kgdelta:ontology`` where
    it declares none.
    """
    declared = snapshot.statements(predicates={RDF_TYPE}, objects={ONTOLOGY})
    return min((statement.subject for statement in declared), default=DEFAULT_ONTOLOGY)
