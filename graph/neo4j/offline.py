"""A first load as files that ``neo4j-admin database import full`` reads: far faster than a server.

The files hold the graph itself. Which commit made it is written afterwards, to the running server,
as for a load of which all pages are there: see :class:`graph.neo4j.loading.PagedLoad`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final

from graph.errors import InvalidDeltaError
from graph.model import Literal, Node, Qualifier, Statement
from graph.neo4j.loading import Pages
from graph.neo4j.naming import MENTIONS, Names
from graph.neo4j.rows import relationship_of, value_of
from graph.snapshot import choose_label
from graph.vocabulary import DEFINITION, LABEL, RDF_TYPE, SYNONYMS

#: What stands between the texts of a list; a text with it cannot be written.
_BETWEEN: Final = "\x1f"
_OPTIONS: Final = (
    "--id-type=integer",
    "--array-delimiter=U+001F",
    "--multiline-fields=true",
    "--bad-tolerance=0",
)
_VALUE: Final = ("text", "language", "datatype", "tree", "named", "words")


class _Shown:
    """What people read at a node: label, definition, synonyms, and the labels of its types."""

    def __init__(self) -> None:
        self.labels: list[Literal] = []
        self.definitions: list[str] = []
        self.synonyms: set[str] = set()
        self.types: set[str] = set()

    def columns(self) -> list[str]:
        label = choose_label(self.labels).value if self.labels else None
        definition = min(self.definitions, default=None)
        synonyms = _listed(sorted(self.synonyms)) if self.synonyms else ""
        kinds = _BETWEEN.join(["Entity", *sorted(self.types)])
        return [_quoted(label), _quoted(definition), synonyms, kinds]


class Files:
    """Writes the files of one graph into a folder."""

    def __init__(self, folder: Path, graph: str) -> None:
        self._folder = folder
        self._graph = graph
        self._ids: dict[Node, int] = {}
        self._shown: defaultdict[Node, _Shown] = defaultdict(_Shown)
        self._next = 0
        self._rows = 0
        self._names = Names({}, {})
        self._relationships: dict[tuple[str, ...], IO[str]] = {}

    def write(self, pages: Pages) -> list[str]:
        """Write everything; gives the arguments of the import, without the database.

        Raises InvalidDeltaError for a text that such files cannot say, OSError.
        """
        self._names = Names(
            Names({}, {}).new_types(pages.predicates(), pages.labels()),
            Names({}, {}).new_labels(pages.types()),
        )
        nodes = pages.nodes()
        self._ids = {node: number for number, node in enumerate(nodes)}
        self._next = len(nodes)
        with ExitStack() as stack:
            self._values = self._open(stack, "values", ":ID", "graph", *_VALUE, ":LABEL")
            self._mentions = self._open(
                stack, "mentions", ":START_ID", ":END_ID", "row:long", "since:long"
            )
            for page in pages:
                self._write_page(stack, page)
            entities = self._open(
                stack,
                "entities",
                *(":ID", "graph", "id", "label", "definition", "synonyms:string[]", ":LABEL"),
            )
            nothing = _Shown()
            for node, number in self._ids.items():
                told = self._shown.get(node, nothing).columns()
                own = [str(number), _quoted(self._graph), _quoted(node)]
                entities.write(",".join([*own, *told]) + "\n")
        return [
            *_OPTIONS,
            f"--report-file={self._folder / 'report.txt'}",
            f"--nodes={self._folder / 'entities.csv'}",
            f"--nodes={self._folder / 'values.csv'}",
            f"--relationships={MENTIONS}={self._folder / 'mentions.csv'}",
            *(
                f"--relationships={self._folder / f'statements{number}.csv'}"
                for number in range(len(self._relationships))
            ),
        ]

    def _open(self, stack: ExitStack, name: str, *header: str) -> IO[str]:
        path = self._folder / f"{name}.csv"
        stream = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        stream.write(",".join(header) + "\n")
        return stream

    def _write_page(self, stack: ExitStack, page: Iterable[Statement]) -> None:
        ids, types = self._ids, self._names.types
        told: dict[tuple[Qualifier, ...], tuple[IO[str], str]] = {}
        for s in page:
            at = told.get(s.qualifiers)
            if at is None:
                at = told[s.qualifiers] = self._place(stack, s)
            stream, qualified = at
            end = ids[s.object] if isinstance(s.object, str) else self._value(s)
            row = self._mention(s)
            stream.write(f"{ids[s.subject]},{end},{types[s.predicate]},1,{row}{qualified}\n")
            if s.predicate in _SHOWING:
                self._show(s)

    def _place(self, stack: ExitStack, statement: Statement) -> tuple[IO[str], str]:
        """The file for statements with such qualifiers, and how a line says these."""
        properties = relationship_of(statement)
        names = tuple(sorted(properties))
        stream = self._relationships.get(names)
        if stream is None:
            typed = (name if name == "_q" else f"{name}:string[]" for name in names)
            header = (":START_ID", ":END_ID", ":TYPE", "since:long", "row:long", *typed)
            name = f"statements{len(self._relationships)}"
            stream = self._relationships[names] = self._open(stack, name, *header)
        values = (properties[name] for name in names)
        texts = (_quoted(one) if isinstance(one, str) else _listed(one) for one in values)
        return stream, "".join(f",{text}" for text in texts)

    def _value(self, statement: Statement) -> int:
        found: dict[str, Any] = value_of(self._graph, statement)
        number = self._next
        self._next += 1
        texts = [_quoted(found.get(name)) for name in _VALUE]
        kind = f"Value{_BETWEEN}Expression" if "tree" in found else "Value"
        line = [str(number), _quoted(self._graph), *texts, kind]
        self._values.write(",".join(line) + "\n")
        return number

    def _mention(self, statement: Statement) -> str:
        inner = sorted(statement.inner_nodes())
        if not inner:
            return ""
        self._rows += 1
        subject = self._ids[statement.subject]
        self._mentions.writelines(f"{subject},{self._ids[n]},{self._rows},1\n" for n in inner)
        return str(self._rows)

    def _show(self, statement: Statement) -> None:
        shown, value = self._shown[statement.subject], statement.object
        if statement.predicate == RDF_TYPE:
            if isinstance(value, str):
                shown.types.add(self._names.labels[value])
        elif not isinstance(value, Literal):
            return
        elif statement.predicate == LABEL:
            shown.labels.append(value)
        elif statement.predicate == DEFINITION:
            shown.definitions.append(value.value)
        else:
            shown.synonyms.add(value.value)


_SHOWING: Final = frozenset({RDF_TYPE, LABEL, DEFINITION, *SYNONYMS})


def _quoted(text: str | None) -> str:
    if text is None:
        return ""
    return '"' + text.replace('"', '""') + '"'


def _listed(texts: Sequence[str]) -> str:
    for text in texts:
        if not text or _BETWEEN in text:
            reason = "such files cannot say this text in a list; load it into the running server"
            raise InvalidDeltaError(reason, ascii(text))
    return _quoted(_BETWEEN.join(texts))
