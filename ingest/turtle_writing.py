"""Canonical Turtle 1.2 and TriG: one statement a line, sorted, for diffs by the line.

Subjects stand in order, each with its predicates behind it, ``a`` first, and a full stop on a line
of its own. Blank nodes that are mentioned once stand in place, lists in parentheses, qualifiers as
annotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from graph.model import Literal
from graph.prefixes import STANDARD
from graph.vocabulary import RDF_TYPE, XSD
from ingest.rdf_statements import blanks_of
from ingest.rdf_structure import Structure, structure
from ingest.rdf_terms import literal_text, n_triples
from ingest.triples import Term, Triple

_LETTER: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_REST: Final = _LETTER + "0-9_\u00b7\u0300-\u036f\u203f\u2040\\-"
_HEX: Final = "%[0-9A-Fa-f]{2}"
_PREFIX: Final = re.compile(f"(?:[{_LETTER}](?:[{_REST}.]*[{_REST}])?)?")
_LOCAL: Final = re.compile(
    f"(?:(?:[{_LETTER}0-9_:]|{_HEX})(?:(?:[{_REST}.:]|{_HEX})*(?:[{_REST}:]|{_HEX}))?)?"
)
_BARE: Final = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_INDENT: Final = "    "


def is_turtle_prefix(prefix: str, _namespace: str) -> bool:
    """Whether Turtle and TriG can declare a prefix of this name."""
    return _PREFIX.fullmatch(prefix) is not None


def turtle(triples: Iterable[Triple], declared: Mapping[str, str]) -> Iterator[str]:
    """The text of triples, in pieces; ``declared`` prefixes are all written.

    The standard prefixes serve as well, and are written where they are used. Triples of named
    graphs stand in blocks behind those of the default graph.
    """
    graphs: dict[str, list[Triple]] = {"": []}
    for triple in triples:
        graphs.setdefault(triple.graph, []).append(triple)
    writer = _Writer({**STANDARD, **declared})
    spread = _spread(graphs)
    body: list[str] = []
    for name in sorted(graphs):
        blocks = writer.blocks(structure(graphs[name], spread))
        if name:
            body.append(f"\n{writer.term(name)} {{\n")
            body += (_indented(block) for block in blocks)
            body.append("}\n")
        else:
            body += blocks
    header = {**{p: STANDARD[p] for p in writer.used if p not in declared}, **declared}
    for prefix in sorted(header):
        yield f"@prefix {prefix}: <{header[prefix]}> .\n"
    yield from body if header else [body[0].removeprefix("\n"), *body[1:]] if body else []


def _spread(graphs: Mapping[str, Sequence[Triple]]) -> set[str]:
    """Blank nodes that are graphs or stand in several, so that they need a label."""
    home: dict[str, str] = {}
    spread = {name for name in graphs if name.startswith("_:")}
    if len(graphs) > 1:
        for name, triples in graphs.items():
            for triple in triples:
                spread.update(b for b in blanks_of(triple) if home.setdefault(b, name) != name)
    return spread


def _indented(block: str) -> str:
    return "".join(f"{_INDENT}{line}" if line != "\n" else line for line in block.splitlines(True))


class _Writer:
    """Words for terms, under the prefixes of one document."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.namespaces = sorted(
            ((namespace, prefix) for prefix, namespace in prefixes.items() if namespace),
            key=lambda pair: (-len(pair[0]), pair[1]),
        )
        self.used: set[str] = set()
        self.words: dict[str, str] = {}

    def node(self, node: str) -> str:
        """A node as a prefixed name where it has one, as an IRI or a label else."""
        word = self.words.get(node)
        if word is None:
            word = self.words[node] = self._word(node)
        return word

    def _word(self, node: str) -> str:
        if node.startswith("_:"):
            return node
        for namespace, prefix in self.namespaces:
            if node.startswith(namespace) and _LOCAL.fullmatch(node, len(namespace)):
                self.used.add(prefix)
                return f"{prefix}:{node[len(namespace) :]}"
        return f"<{node}>"

    def term(self, term: Term) -> str:
        """Any term that stands for itself."""
        if isinstance(term, str):
            return self.node(term)
        if isinstance(term, Literal):
            bare = _BARE.get(term.datatype)
            if bare is not None and bare.fullmatch(term.value):
                return term.value
            plain = term.language or term.datatype == XSD + "string"
            return literal_text(term, "" if plain else self.node(term.datatype))
        parts = (self.term(part) for part in (term.subject, term.predicate, term.object))
        return f"<<( {' '.join(parts)} )>>"

    def blocks(self, shape: Structure) -> list[str]:
        """One block of text for each subject."""
        writer = _Blocks(self, shape)
        unnamed = []
        blocks = []
        for subject in sorted(shape.subjects(), key=lambda s: (s.startswith("_:"), s)):
            if subject in shape.unmentioned:
                unnamed.append(f"\n[]\n{''.join(writer.lines(subject, _INDENT))}.\n")
            else:
                name = self.node(subject)
                blocks.append(f"\n{name}\n{''.join(writer.lines(subject, _INDENT))}.\n")
        return [*blocks, *sorted(unnamed)]


class _Blocks:
    """The lines of what is said of subjects."""

    def __init__(self, writer: _Writer, shape: Structure) -> None:
        self.writer = writer
        self.shape = shape

    def lines(self, subject: str, indent: str) -> list[str]:
        """One line, or one group of lines, for each triple of a subject."""
        return [
            f"{indent}{self._verb(triple)} {text}{self._annotations(triple, indent)} ;\n"
            for triple, text in self._ordered(subject, indent)
        ]

    def _verb(self, triple: Triple) -> str:
        return "a" if triple.predicate == RDF_TYPE else self.writer.node(triple.predicate)

    def _ordered(self, subject: str, indent: str) -> list[tuple[Triple, str]]:
        said = [(t, self._object(t.object, indent)) for t in self.shape.about.get(subject, ())]
        return sorted(said, key=lambda pair: _rank(*pair))

    def _object(self, term: Term, indent: str) -> str:
        if isinstance(term, str) and term in self.shape.nested:
            items = self.shape.lists.get(term)
            if items is not None:
                inner = indent + _INDENT
                lines = "".join(f"{inner}{self._object(item, inner)}\n" for item in items)
                return f"(\n{lines}{indent})"
            lines = "".join(self.lines(term, indent + _INDENT))
            return f"[\n{lines}{indent}]" if lines else "[]"
        return self.writer.term(term)

    def _annotations(self, triple: Triple, indent: str) -> str:
        texts: list[str] = []
        for reifier in self.shape.reifiers.get(triple, ()):
            lines = "".join(self.lines(reifier, indent + _INDENT))
            texts.append(f" {{|\n{lines}{indent}|}}" if lines else " ~")
        # A reifier without annotations comes last: before others it would take theirs.
        return "".join(sorted(texts, key=lambda text: (text == " ~", text)))


def _rank(triple: Triple, text: str) -> tuple[bool, str, int, str]:
    value = triple.object
    kind = 0 if isinstance(value, str) and not text.startswith(("[", "(")) else 1
    key = text if kind else n_triples(value)
    return triple.predicate != RDF_TYPE, triple.predicate, kind, key
