"""One OBO frame to statements: every clause a statement, or kept verbatim and reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Statement
from graph.owl_terms import AXIOM
from graph.prefixes import PrefixMap, ontology_iri
from graph.statement_text import StatementSyntaxError, read_statement
from graph.vocabulary import ANNOTATION_PROPERTY, RDF_TYPE, SHORTHAND, SUBCLASS_OF
from ingest.clauses import (
    ClauseError,
    Modifier,
    split_comment,
    split_modifiers,
    unescape,
)
from ingest.obo_comments import comment_of
from ingest.obo_conformance import oddity
from ingest.obo_frame_parts import Clause, Frame, Part, Work, clauses_of
from ingest.obo_quick import ODD, QUICK, QUICK_IN_TERMS, TAKEN
from ingest.obo_relations import Relations, general_axiom, is_metadata_tag, quantified, split_gci
from ingest.obo_values import ValueReader, scope_meant
from ingest.tags import (
    BOOLEANS,
    CHAINS,
    CHARACTERISTICS,
    FALSE_FLAGS,
    FLAGS,
    GROUPS,
    HIERARCHICAL,
    JUNK,
    NODES,
    OLD_SYNONYMS,
    OLD_XREFS,
    QUOTED,
    SINGLE,
    STANZAS,
    TEXTS,
    TRANSITIVE_OVER,
    VERBATIM,
)

#: A clause of our own that says any statement; other tools pass over it.
STATEMENT_TAG: Final = "kgdelta-statement"

_PLAIN_ID: Final = re.compile(r"[^\s!{}\\]+")


class FrameReader(ValueReader):
    """Reads frames with the prefixes of their file, and with what it says of its relations."""

    def __init__(self, prefixes: PrefixMap, relations: Relations | None = None) -> None:
        super().__init__(prefixes, relations)
        self.ontology = ontology_iri(prefixes.ontology)

    def read(self, kind: str, lines: Sequence[str]) -> Frame:
        """The frame of a stanza, its heading left out."""
        if kind != "Typedef" and lines and lines[0][:4] == "id: ":
            found = self._quickly(kind, lines)
            if found is not None:
                return found
        return self.read_thoroughly(kind, lines)

    def read_thoroughly(self, kind: str, lines: Sequence[str]) -> Frame:
        """The same frame, with no short cut for clauses as nearly all are."""
        frame = Frame()
        clauses = clauses_of(lines, frame)
        frame.subject = self._subject(clauses, frame)
        if frame.subject is None:
            return frame
        work = Work(frame, kind, frame.subject)
        if not (kind == "Typedef" and any(is_metadata_tag(tag, v) for _, tag, v, _ in clauses)):
            work.add(Statement(frame.subject, RDF_TYPE, STANZAS[kind]), 0, "")
        for number, tag, value, raw in clauses:
            if tag == "id":
                self._shorthand(work, number, value)
            else:
                self._one(work, number, tag, value, raw)
        for tag, parts in work.groups.items():
            self._close(work, tag, parts)
        return frame

    def _quickly(self, kind: str, lines: Sequence[str]) -> Frame | None:
        """The frame of lines that begin with a plain id and have no other; None of others."""
        name = lines[0][4:]
        if not _PLAIN_ID.fullmatch(name) or name in self.prefixes.shorthands:
            return None
        subject = self.node(name)
        frame = Frame(subject)
        work = Work(frame, kind, subject)
        statements, single = frame.statements, work.single
        statements.append(Statement(subject, RDF_TYPE, STANZAS[kind]))
        quick = QUICK_IN_TERMS if kind == "Term" else QUICK
        for number, line in enumerate(lines):
            if not line or not number:
                continue
            tag, _, value = line.partition(": ")
            reader = quick.get(tag)
            if reader is not None and value and value[-1] not in ODD and value[0] not in ODD:
                if tag in SINGLE:
                    if tag in single:
                        return None
                    single.add(tag)
                found = reader(self, work, number, value)
                if found is not None:
                    if found is not TAKEN:
                        statements.append(found)
                    continue
                single.discard(tag)
            if not self._alone(work, number, line):
                return None
        for tag, parts in work.groups.items():
            self._close(work, tag, parts)
        # What is said twice is told by the reader of all clauses.
        return frame if len(set(statements)) == len(statements) else None

    def _alone(self, work: Work, number: int, line: str) -> bool:
        """Read one line of any kind; false where it has another id."""
        alone = Frame()
        for _, tag, value, raw in clauses_of((line,), alone):
            if tag == "id":
                return False
            self._one(work, number, tag, value, raw)
        work.frame.problems += [(number, reason) for _, reason in alone.problems]
        work.frame.remarks += [(number, text) for _, text in alone.remarks]
        return True

    def _one(self, work: Work, number: int, tag: str, value: str, raw: str) -> None:
        """Read one clause; what cannot be read is kept as it is, and reported."""
        bare, comment = comment_of(tag, value) if "!" in value else (value, "")
        try:
            statement = self._statement(work, number, tag, bare)
        except ClauseError as error:
            work.tell(number, f"{tag}: {error}; kept as it is")
            if tag in GROUPS:
                work.groups.setdefault(tag, []).append(Part(number, None, value))
                return
            comment, statement = "", Statement(work.subject, VERBATIM + tag, Literal(value))
        if statement is not None:
            odd = oddity(tag, statement)
            if odd is not None:
                work.tell(number, f"{tag}: {odd}")
            work.take(number, tag, raw, statement, comment)
        elif comment:
            work.frame.remarks.append((number, comment))

    def _subject(self, clauses: Sequence[Clause], frame: Frame) -> Node | None:
        named: list[tuple[int, str]] = []
        for number, tag, value, _ in clauses:
            if tag == "id":
                bare = split_comment(value) if "!" in value else value
                if bare:
                    named.append((number, bare))
        if not named:
            frame.problems.append((-1, "a frame without an id; kept as layout"))
            frame.remarks += [(number, raw) for number, _, _, raw in clauses]
            return None
        for number, tag, value, _ in clauses:
            if tag == "id" and ("!" in value or value[-1:] == "}"):
                _note_id(frame, number, value)
        for number, text in named[1:]:
            frame.problems.append((number, f"a second id {text!r}; the first one counts"))
        return self.prefixes.expand(unescape(split_modifiers(named[0][1])[0]))

    def _shorthand(self, work: Work, number: int, value: str) -> None:
        if not self.prefixes.shorthands:
            return
        text = unescape(split_modifiers(split_comment(value))[0])
        if self.prefixes.shorthands.get(text) == work.subject:
            work.add(Statement(work.subject, SHORTHAND, Literal(text)), number, "")

    def _statement(self, work: Work, number: int, tag: str, value: str) -> Statement | None:
        """The statement of one clause; None where it needs none. Raises ClauseError."""
        text_predicate = TEXTS.get(tag)
        if text_predicate is not None:
            if not value:
                work.tell(number, f"{tag}: empty; kept as it is")
            return self.text(work.subject, text_predicate, value)
        special = _SPECIAL.get(tag)
        if special is not None:
            return special(self, work, number, tag, value)
        bare, pairs = split_modifiers(value) if value[-1:] == "}" else (value, [])
        if tag in HIERARCHICAL:
            predicate = HIERARCHICAL[tag][work.kind == "Typedef"]
            if pairs and predicate == SUBCLASS_OF:
                return self._below(work, self.node(bare), pairs)
            return self.make(work.subject, predicate, self.node(bare), pairs)
        predicate = NODES.get(tag, "")
        if predicate:
            return self.make(work.subject, predicate, self.node(bare), pairs)
        if bare in BOOLEANS:
            found = self._flag(work, number, tag, bare, pairs)
            if found is not None:
                return found
        elif tag in FLAGS or tag in FALSE_FLAGS:
            raise ClauseError("true or false is expected")
        work.tell(number, f"unknown tag {tag}; kept as it is")
        return Statement(work.subject, VERBATIM + tag, Literal(value))

    def _flag(
        self, work: Work, number: int, tag: str, bare: str, pairs: list[Modifier]
    ) -> Statement | None:
        truth = BOOLEANS[bare]
        if work.kind == "Typedef" and not pairs and is_metadata_tag(tag, bare):
            found = Statement(work.subject, RDF_TYPE, ANNOTATION_PROPERTY)
        elif tag in CHARACTERISTICS and truth == "true":
            found = self.make(work.subject, RDF_TYPE, CHARACTERISTICS[tag], pairs)
        elif tag in FLAGS or (tag in FALSE_FLAGS and truth == "false"):
            predicate = FLAGS.get(tag) or FALSE_FLAGS[tag]
            found = self.flag(work.subject, predicate, truth, pairs)
        else:
            return None
        if bare != truth:
            work.tell(number, f"{bare} read as {truth}")
        return found

    def _junk(self, work: Work, number: int, tag: str, value: str) -> Statement:
        del number, tag
        return Statement(work.subject, JUNK, Literal(value))

    def _quoted(self, work: Work, number: int, tag: str, value: str) -> Statement:
        if value.endswith('"') and value.count('"') > 1:
            work.tell(number, f"{tag}: no xref list; read without")
            value += " []"
        return self.quoted(work.subject, QUOTED[tag], value)

    def _synonym(self, work: Work, number: int, tag: str, value: str) -> Statement:
        if tag == "synonym":
            meant = scope_meant(value)
            if meant is not None:
                work.tell(number, f"synonym: the scope {meant[0]!r} read as {meant[0].upper()}")
                value = meant[1]
            return self.synonym(work.subject, value)
        found = self.old_synonym(work.subject, OLD_SYNONYMS[tag], value)
        work.tell(number, f"{tag} is of OBO 1.0; read as synonym")
        return found

    def _xref(self, work: Work, number: int, tag: str, value: str) -> Statement:
        found = self.xref(work.subject, value)
        if tag != "xref":
            work.tell(number, f"{tag} is of OBO 1.0; read as xref")
        return found

    def _property_value(self, work: Work, number: int, tag: str, value: str) -> Statement:
        del number, tag
        return self.property_value(work.subject, value, work.kind)

    def _any(self, work: Work, number: int, tag: str, value: str) -> Statement:
        del work, number, tag  # the clause names its own subject
        try:
            return read_statement(value)
        except StatementSyntaxError as error:
            raise ClauseError(str(error)) from None

    def _old_is_a(self, work: Work, number: int, tag: str, value: str) -> Statement:
        bare, pairs = split_modifiers(value)
        predicate = HIERARCHICAL["is_a"][work.kind == "Typedef"]
        found = self.make(work.subject, predicate, self.node(bare), pairs)
        work.tell(number, f"{tag}: read as is_a")
        return found

    def _chain(self, work: Work, number: int, tag: str, value: str) -> Statement:
        del number
        if work.kind != "Typedef":
            raise ClauseError("of no relation")
        bare, pairs = split_modifiers(value)
        if tag == TRANSITIVE_OVER:
            return self.chain(work.subject, [work.subject, self.node(bare)], pairs)
        return self.chain(work.subject, [*map(self.node, bare.split())], pairs, CHAINS[tag])

    def _relationship(self, work: Work, number: int, tag: str, value: str) -> Statement:
        del tag
        bare, pairs = split_modifiers(value) if value[-1:] == "}" else (value, [])
        parts = bare.split()
        if len(parts) != 2:
            raise ClauseError("a relation and an id are expected")
        if parts[0] == "is_a" and "is_a" not in self.prefixes.shorthands:
            found = self._statement(work, number, "is_a", value.partition("is_a")[2].strip())
            work.tell(number, "relationship: is_a; read as is_a")
            return found or Statement(work.subject, VERBATIM, Literal(value))
        relation, target = self.node(parts[0]), self.node(parts[1])
        if work.kind != "Term":
            return self.make(work.subject, relation, target, pairs)
        at_class = relation in self.relations.class_level
        if not pairs and not at_class:
            return Statement(work.subject, relation, target)
        narrowing, pairs = split_gci(pairs)
        said = quantified(relation, target, pairs, at_class)
        work.frame.remarks += [(number, f'{{{key}="{text}"}}') for key, text in said.idle]
        if narrowing is not None:
            tree = said.restriction(relation, target)
            return self._general(work, narrowing, tree, said.rest)
        if said.tree is not None:
            return self.make(work.subject, SUBCLASS_OF, said.tree, said.rest)
        return self.make(work.subject, relation, target, said.rest, said.qualifiers)

    def _below(self, work: Work, above: Node, pairs: list[Modifier]) -> Statement:
        narrowing, rest = split_gci(pairs) if work.kind == "Term" else (None, pairs)
        if narrowing is not None:
            return self._general(work, narrowing, above, rest)
        return self.make(work.subject, SUBCLASS_OF, above, rest)

    def _general(
        self, work: Work, narrowing: tuple[str, str], above: Object, rest: list[Modifier]
    ) -> Statement:
        relation, filler = map(self.node, narrowing)
        at_class = relation in self.relations.class_level
        tree = quantified(relation, filler, (), at_class).restriction(relation, filler)
        return self.make(self.ontology, AXIOM, general_axiom(work.subject, tree, above), rest)

    def _part(self, work: Work, number: int, tag: str, value: str) -> None:
        bare, pairs = split_modifiers(value) if value[-1:] == "}" else (value, [])
        parts = bare.split()
        found: Object
        if len(parts) == 1 and not pairs:
            found = self.node(parts[0])
        elif len(parts) == 2:
            relation, target = self.node(parts[0]), self.node(parts[1])
            at_class = relation in self.relations.class_level
            said = quantified(relation, target, pairs, at_class)
            if said.rest:
                raise ClauseError("qualifiers on a part of a group")
            work.frame.remarks += [(number, f'{{{key}="{text}"}}') for key, text in said.idle]
            found = said.restriction(relation, target)
        elif pairs:
            raise ClauseError("qualifiers on a part of a group")
        else:
            raise ClauseError("an id, or a relation and an id, are expected")
        work.groups.setdefault(tag, []).append(Part(number, found, value))

    def _close(self, work: Work, tag: str, parts: list[Part]) -> None:
        """The statement of a group; where it has none, its parts as they are."""
        operands = [part.operand for part in parts if part.operand is not None]
        tree = Expression(GROUPS[tag], tuple(operands))
        if len(operands) == len(parts) and len(tree.arguments) > 1:
            if len(tree.arguments) < len(operands):
                work.tell(parts[-1].number, f"{tag}: a part is said twice")
            predicate = HIERARCHICAL["equivalent_to"][work.kind == "Typedef"]
            if self.relations.view and work.kind == "Term":
                tree = Expression("ObjectSomeValuesFrom", (self.relations.view, tree))
            work.add(Statement(work.subject, predicate, tree), parts[0].number, "")
            return
        broken = len(operands) < len(parts)
        reason = "another part cannot be read" if broken else "one part alone says nothing"
        for part in parts:
            if part.operand is not None:
                work.tell(part.number, f"{tag}: {reason}; kept as it is")
            kept = Statement(work.subject, VERBATIM + tag, Literal(part.text))
            work.add(kept, part.number, f"{tag}: {part.text}")


_Reader = Callable[[FrameReader, Work, int, str, str], Statement | None]
_SPECIAL: Final[dict[str, _Reader]] = {
    JUNK: FrameReader._junk,
    "synonym": FrameReader._synonym,
    "xref": FrameReader._xref,
    "relationship": FrameReader._relationship,
    "property_value": FrameReader._property_value,
    "is-a": FrameReader._old_is_a,
    STATEMENT_TAG: FrameReader._any,
    TRANSITIVE_OVER: FrameReader._chain,
    **dict.fromkeys(CHAINS, FrameReader._chain),
    **dict.fromkeys(GROUPS, FrameReader._part),
    **dict.fromkeys(QUOTED, FrameReader._quoted),
    **dict.fromkeys(OLD_SYNONYMS, FrameReader._synonym),
    **dict.fromkeys(OLD_XREFS, FrameReader._xref),
}


def _note_id(frame: Frame, number: int, value: str) -> None:
    """What an id line says beside the id is layout."""
    bare = split_comment(value)
    if bare != value:
        frame.remarks.append((number, value[len(bare) :].lstrip()))
    name, pairs = split_modifiers(bare)
    if pairs:
        frame.problems.append((number, "qualifiers on an id; kept as layout"))
        frame.remarks.append((number, bare[len(name) :].lstrip()))
