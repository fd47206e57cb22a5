"""Statements as OBO text, in a canonical order; what OBO cannot say is said in a clause of ours.

Every clause is read back by the reader before it is used, so what is written says exactly the
statement it was made from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final

from graph.axioms import is_annotation_predicate
from graph.expression import Expression
from graph.model import Literal, Node, Qualifier, Statement, in_order
from graph.prefixes import PrefixMap, ontology_id, ontology_node
from graph.vocabulary import (
    DEFINITION,
    EQUIVALENT_CLASS,
    LABEL,
    OBJECT_PROPERTY,
    OWL,
    RDF_TYPE,
    SHORTHAND,
    SYNONYM_TYPE,
    XREF,
    XSD_STRING,
)
from ingest.clauses import (
    Modifier,
    Xref,
    identifier,
    is_canonical_id,
    modifiers_text,
    plain,
    quoted,
    xref_text,
)
from ingest.header import write_header
from ingest.obo_frames import STATEMENT_TAG, FrameReader
from ingest.tags import (
    CHARACTERISTICS,
    FLAGS,
    HIERARCHICAL,
    JUNK,
    NODES,
    SCOPES,
    STANZAS,
    TAG_ORDER,
    TEXTS,
    VERBATIM,
)

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

_TEXT_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in TEXTS.items()})
_NODE_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in NODES.items()})
_FLAG_TAGS: Final = MappingProxyType({predicate: tag for tag, predicate in FLAGS.items()})
_TYPE_TAGS: Final = MappingProxyType({iri: tag for tag, iri in CHARACTERISTICS.items()})
_SCOPE_NAMES: Final = MappingProxyType({predicate: scope for scope, predicate in SCOPES.items()})
_RANK: Final = MappingProxyType({tag: rank for rank, tag in enumerate(TAG_ORDER)})
_KINDS: Final = ("Term", "Typedef", "Instance")


class OboWriter:
    """Writes a snapshot as one OBO file."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.by_subject: defaultdict[Node, list[Statement]] = defaultdict(list)
        for statement in snapshot.statements():
            self.by_subject[statement.subject].append(statement)
        self.labels = {
            s.subject: s.object.value
            for about in self.by_subject.values()
            for s in in_order(about)[::-1]
            if s.predicate == LABEL and isinstance(s.object, Literal)
        }
        self.ontology = ontology_node(snapshot)
        self.prefixes = self._prefixes(snapshot)
        self.reader = FrameReader(self.prefixes)

    def _prefixes(self, snapshot: Snapshot) -> PrefixMap:
        """The prefixes that a reader of the file will find: a shorthand needs its xref."""
        declared = PrefixMap.of(snapshot)
        bare = PrefixMap(declared.declared, {}, ontology_id(self.ontology))
        shorthands = {}
        for text, node in declared.shorthands.items():
            about = self.by_subject[node]
            named = [s for s in about if s.predicate == SHORTHAND]
            xrefs = [
                s.object.value
                for s in about
                if s.predicate == XREF
                and isinstance(s.object, Literal)
                and is_canonical_id(s.object.value)
            ]
            typed = any(s.key == (node, RDF_TYPE, OBJECT_PROPERTY) for s in about)
            implied = ":" not in text and typed and len(named) == 1 and not named[0].qualifiers
            if implied and len(xrefs) == 1 and bare.expand(xrefs[0]) == node:
                shorthands[text] = node
        return PrefixMap(declared.declared, shorthands, ontology_id(self.ontology))

    def text(self) -> str:
        """The file."""
        frames: defaultdict[str, list[Node]] = defaultdict(list)
        unspoken: list[Statement] = []
        header = write_header(self.ontology, self.by_subject, self.prefixes)
        names: dict[Node, str] = {}
        for node, about in self.by_subject.items():
            kind = self._kind(about)
            name = None if kind is None else self._name(kind, node)
            if kind is None or name is None:
                unspoken += [s for s in about if s not in header.said]
            else:
                names[node] = name
                frames[kind].append(node)
        lines = header.lines + [self._any(s) for s in in_order(unspoken)]
        parts = ["\n".join(lines) + "\n"]
        for kind in _KINDS:
            ordered = sorted(frames[kind], key=lambda n: (self.prefixes.contract(n), n))
            parts.extend(self._frame(kind, node, names[node], header.said) for node in ordered)
        return "\n".join(parts)

    def _kind(self, about: Sequence[Statement]) -> str | None:
        """The stanza of a node: that of its first type, None where it has none."""
        types = {s.object for s in about if s.predicate == RDF_TYPE and not s.qualifiers}
        return next((kind for kind in _KINDS if STANZAS[kind] in types), None)

    def _any(self, statement: Statement) -> str:
        return f"{STATEMENT_TAG}: {statement}"

    def _name(self, kind: str, node: Node) -> str | None:
        """A node as the id of its frame, None where none would be read as this node."""
        names = (identifier(text) for text in (self.prefixes.contract(node), node))
        return next(
            (n for n in names if self.reader.read(kind, [f"id: {n}"]).subject == node), None
        )

    def _frame(self, kind: str, node: Node, name: str, said: set[Statement]) -> str:
        """One stanza; what has no clause of its own is said by a clause for any statement."""
        lines: list[tuple[int, str]] = []
        implied = {Statement(node, RDF_TYPE, STANZAS[kind])}
        if self.prefixes.shorthands.get(self.prefixes.contract(node)) == node:
            implied.add(Statement(node, SHORTHAND, Literal(self.prefixes.contract(node))))
        grouped: set[str] = set()
        for statement in in_order(self.by_subject[node]):
            if statement in implied or statement in said:
                continue
            lines += self._clauses(kind, name, statement, grouped)
        body = [line for _, line in sorted(lines)]
        return "\n".join([f"[{kind}]", f"id: {name}", *body]) + "\n"

    def _clauses(
        self, kind: str, name: str, statement: Statement, grouped: set[str]
    ) -> list[tuple[int, str]]:
        group = self._group(statement, kind)
        if group is not None and group[0] not in grouped:
            tag, values = group
            clauses = [f"{tag}: {value}" for value in values]
            if self._read(kind, [f"id: {name}", *clauses]) == {statement}:
                grouped.add(tag)
                return [(_RANK[tag], f"{tag}: {v}{self._comment(v)}") for v in values]
        clause = self._clause(statement, kind)
        if clause is not None:
            tag, value = clause
            line = value if tag == JUNK else f"{tag}: {value}"
            if self._read(kind, [f"id: {name}", line]) == {statement}:
                commented = tag in ("is_a", "relationship", "disjoint_from", "instance_of")
                comment = self._comment(value) if commented else ""
                return [(_RANK.get(tag, len(_RANK)), line + comment)]
        return [(len(_RANK) + 1, self._any(statement))]

    def _read(self, kind: str, lines: list[str]) -> set[Statement] | None:
        """What the reader makes of lines, the type left out; None if it complains."""
        if any("\n" in line or "\r" in line for line in lines):
            return None
        frame = self.reader.read(kind, lines)
        known = [p for _, p in frame.problems if not p.startswith(("unknown tag", "no tag"))]
        if known or frame.remarks:
            return None
        skipped = {(RDF_TYPE, STANZAS[kind])}
        return {
            s
            for s in frame.statements
            if (s.predicate, s.object) not in skipped and s.predicate != SHORTHAND
        }

    def _comment(self, value: str) -> str:
        """The label of the last id of a value, as a comment."""
        last = value.split(" {", 1)[0].split()[-1]
        label = self.labels.get(self.prefixes.expand(last))
        return f" ! {plain(label)}" if label else ""

    def _group(self, statement: Statement, kind: str) -> tuple[str, list[str]] | None:
        tree = statement.object
        predicate = OWL + "equivalentProperty" if kind == "Typedef" else EQUIVALENT_CLASS
        if not isinstance(tree, Expression) or statement.predicate != predicate:
            return None
        tag = {"ObjectIntersectionOf": "intersection_of", "ObjectUnionOf": "union_of"}.get(
            tree.operator
        )
        if tag is None or statement.qualifiers:
            return None
        operands = [self._operand(argument) for argument in tree.arguments]
        if None in operands:
            return None
        return tag, sorted((o for o in operands if o), key=lambda o: (" " in o, o))

    def _operand(self, argument: object) -> str | None:
        if isinstance(argument, str):
            return self.prefixes.contract(argument)
        if isinstance(argument, Expression) and argument.operator == "ObjectSomeValuesFrom":
            parts = [self.prefixes.contract(a) for a in argument.arguments if isinstance(a, str)]
            return " ".join(parts) if len(parts) == 2 else None
        return None

    def _clause(self, statement: Statement, kind: str) -> tuple[str, str] | None:
        """The tag and value that may say a statement."""
        predicate, value = statement.predicate, statement.object
        pairs = self._modifiers(statement.qualifiers)
        trailing = modifiers_text(pairs)
        if isinstance(value, Literal):
            return self._literal_clause(statement, value, trailing)
        if isinstance(value, Expression):
            return None
        target = self.prefixes.contract(value)
        if predicate == RDF_TYPE and value in _TYPE_TAGS:
            return _TYPE_TAGS[value], "true" + trailing
        for tag, choices in HIERARCHICAL.items():
            if predicate == choices[kind == "Typedef"]:
                return tag, target + trailing
        if predicate in _NODE_TAGS:
            return _NODE_TAGS[predicate], target + trailing
        relation = self.prefixes.contract(predicate)
        word = "property_value" if is_annotation_predicate(predicate) else "relationship"
        return word, f"{relation} {target}{trailing}"

    def _literal_clause(
        self, statement: Statement, value: Literal, trailing: str
    ) -> tuple[str, str] | None:
        predicate = statement.predicate
        if predicate == JUNK:
            return JUNK, value.value
        if predicate.startswith(VERBATIM):
            return predicate[len(VERBATIM) :], value.value
        if predicate in _FLAG_TAGS:
            return _FLAG_TAGS[predicate], value.value + trailing
        if predicate in _TEXT_TAGS:
            return _TEXT_TAGS[predicate], plain(value.value) + trailing
        if predicate == DEFINITION:
            return "def", f"{quoted(value.value)} {self._cited(statement)}"
        if predicate in _SCOPE_NAMES:
            kinds = [q.value for q in statement.qualifiers if q.predicate == SYNONYM_TYPE]
            kind = f" {self.prefixes.contract(str(kinds[0]))}" if kinds else ""
            scope = _SCOPE_NAMES[predicate]
            return "synonym", f"{quoted(value.value)} {scope}{kind} {self._cited(statement)}"
        if predicate == XREF:
            described = [
                q.value.value
                for q in statement.qualifiers
                if q.predicate == LABEL and isinstance(q.value, Literal)
            ]
            rest = [q for q in statement.qualifiers if q.predicate != LABEL]
            xref = Xref(value.value, described[0] if described else None)
            return "xref", xref_text(xref) + modifiers_text(self._modifiers(tuple(rest)))
        text = f"{self.prefixes.contract(predicate)} {quoted(value.value)}"
        datatype = (
            "xsd:string" if value.datatype == XSD_STRING else self.prefixes.contract(value.datatype)
        )
        return "property_value", f"{text} {datatype}{trailing}"

    def _cited(self, statement: Statement) -> str:
        """The xref list of a definition or synonym, and what other qualifiers it has."""
        xrefs, rest = [], []
        for qualifier in statement.qualifiers:
            if qualifier.predicate == XREF and isinstance(qualifier.value, Literal):
                described = [
                    q.value.value
                    for q in qualifier.qualifiers
                    if q.predicate == LABEL and isinstance(q.value, Literal)
                ]
                xrefs.append(Xref(qualifier.value.value, described[0] if described else None))
            elif qualifier.predicate != SYNONYM_TYPE:
                rest.append(qualifier)
        listed = ", ".join(sorted(xref_text(xref) for xref in xrefs))
        return f"[{listed}]" + modifiers_text(self._modifiers(tuple(rest)))

    def _modifiers(self, qualifiers: Iterable[Qualifier]) -> list[Modifier]:
        return sorted(
            (self.prefixes.contract(q.predicate), q.value.value)
            for q in qualifiers
            if isinstance(q.value, Literal)
        )


def write_obo(snapshot: Snapshot) -> str:
    """A snapshot as OBO text; reading it back gives the same statements."""
    return OboWriter(snapshot).text()


def write_obo_file(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a snapshot as canonical OBO, in UTF-8."""
    stream.write(write_obo(snapshot).encode())
