"""Imports of an ontology, found offline by a catalog of XML (OASIS XML Catalogs 1.1).

Editors keep it as ``catalog-v001.xml`` beside the ontology. Nothing is ever fetched; what is
imported serves to name things, and never becomes part of the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit
from xml.parsers import expat

from graph.model import Literal, Node
from graph.vocabulary import IMPORTS
from ingest.document import Document, Problem, ReadOptions
from ingest.errors import IngestError
from ingest.rdf_limits import decode_xml, scan_xml
from ingest.reporting import Report

#: What a catalog is called where an ontology has one beside it.
CATALOG: Final = "catalog-v001.xml"
#: Bytes that a catalog may have.
LARGEST_CATALOG: Final = 1 << 24

_BASE: Final = "http://www.w3.org/XML/1998/namespace base"
_NAMESPACE: Final = "urn:oasis:names:tc:entity:xmlns:xml:catalog"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Where the documents of names lie: exact names, and beginnings of names, to file paths.

    ``remote`` holds entries that lead out of this machine: they are known, and never fetched.
    """

    source: str
    names: Mapping[str, Path]
    beginnings: Mapping[str, str]
    remote: frozenset[str]
    problems: tuple[Problem, ...] = ()

    def path(self, name: str) -> Path | None:
        """The file of a name, None where the catalog has none here."""
        if name in self.names:
            return self.names[name]
        if name in self.remote:
            return None
        fitting = [start for start in self.beginnings if name.startswith(start)]
        if not fitting:
            return None
        start = max(fitting, key=len)
        return _local(self.beginnings[start] + name[len(start) :])


@dataclass(frozen=True, slots=True)
class Imports:
    """What the imports of an ontology call their nodes, and which imports could not be read."""

    labels: Mapping[Node, Literal]
    read: tuple[Path, ...]
    problems: tuple[Problem, ...]


def catalog_beside(path: Path) -> Path | None:
    """The catalog in the folder of an ontology, None where there is none."""
    found = path.resolve().parent / CATALOG
    return found if found.is_file() else None


def read_catalog(path: Path) -> Catalog:
    """The entries of a catalog; of a name that stands twice the first counts.

    Catalogs that it goes on to (``nextCatalog``) are read too, each once. Raises IngestError for
    what is no catalog or is not safe; OSError.
    """
    reader = _Reader()
    waiting, seen = [path.resolve()], set[Path]()
    while waiting:
        at = waiting.pop(0)
        if at in seen:
            continue
        seen.add(at)
        if not _is_there(at) and at != path.resolve():
            reader.problems.append(Problem(str(path), 0, f"the next catalog {at} is not there"))
            continue
        waiting += reader.read(at)
    return Catalog(
        str(path),
        reader.names,
        reader.beginnings,
        frozenset(reader.remote),
        tuple(reader.problems),
    )


def imported(document: Document, catalog: Catalog) -> Imports:
    """What the ontologies that a document imports, and those that they import, name.

    Of a node with several labels the first in order counts, of an ontology the one nearest.
    What is not in the catalog, not there or not readable is a problem each.
    """
    from graph.memory import MemorySnapshot

    labels: dict[Node, Literal] = {}
    problems = list(catalog.problems)
    read: list[Path] = []
    waiting = [(name, document.source) for name in _imports(document)]
    seen = set[str]()
    while waiting:
        name, source = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        path = catalog.path(name)
        if path is None or not _is_there(path):
            where = f"{catalog.source} has no file for it" if path is None else f"no file {path}"
            reason = f"the import {name} is not read: {where}; imports are never fetched"
            problems.append(Problem(source, 0, reason))
            continue
        if path in read:
            continue
        try:
            found = _read(path)
        except (IngestError, OSError) as error:
            problems.append(Problem(source, 0, f"the import {name} is not read: {error}"))
            continue
        read.append(path)
        snapshot = MemorySnapshot(found.statements)
        nodes = {statement.subject for statement in found.statements}
        labels = {**snapshot.labels(nodes), **labels}
        waiting += [(inner, str(path)) for inner in _imports(found)]
    return Imports(labels, tuple(read), tuple(problems))


def imported_labels(document: Document, catalog: Catalog) -> dict[Node, str]:
    """The labels of what a document imports; see :func:`imported`."""
    return {node: label.value for node, label in imported(document, catalog).labels.items()}


def _read(path: Path) -> Document:
    from ingest.formats import read_stream

    with path.open("rb") as stream:
        return read_stream(stream, str(path), options=ReadOptions())


def _imports(document: Document) -> list[str]:
    return sorted(
        statement.object
        for statement in document.statements
        if statement.predicate == IMPORTS and isinstance(statement.object, str)
    )


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _local(uri: str) -> Path | None:
    """The path of a ``file:`` URI; None for a place elsewhere."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or "%00" in parts.path:
        return None
    return Path(unquote(parts.path))


class _Reader:
    """Collects the entries of catalogs."""

    def __init__(self) -> None:
        self.names: dict[str, Path] = {}
        self.beginnings: dict[str, str] = {}
        self.remote: set[str] = set()
        self.problems: list[Problem] = []

    def read(self, path: Path) -> list[Path]:
        """Take in one catalog; gives the ones that it goes on to."""
        source = str(path)
        with path.open("rb") as stream:
            content = stream.read(LARGEST_CATALOG + 1)
        if len(content) > LARGEST_CATALOG:
            raise IngestError(source, 0, f"more than {LARGEST_CATALOG >> 20} MiB: no catalog")
        report = Report(source)
        text = decode_xml(content, report)
        scan_xml(text, report)
        self.problems += report.problems
        bases: list[str] = []
        further: list[Path] = []
        parser = expat.ParserCreate("utf-8", " ")

        def start(tag: str, attributes: dict[str, str]) -> None:
            namespace, _, name = tag.rpartition(" ")
            if not bases and (namespace, name) != (_NAMESPACE, "catalog"):
                raise IngestError(source, parser.CurrentLineNumber, "not an XML catalog")
            above = bases[-1] if bases else path.as_uri()
            bases.append(_joined(above, attributes.get(_BASE, "")))
            if namespace == _NAMESPACE:
                at = Problem(source, parser.CurrentLineNumber, "")
                further.extend(self._entry(name, attributes, bases[-1], at))

        def end(_tag: str) -> None:
            bases.pop()

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError:
            # The first look has reported it; the entries before it count.
            if not self.names and not self.beginnings and not self.remote:
                raise IngestError(source, parser.CurrentLineNumber, "not an XML catalog") from None
        return further

    def _entry(
        self, name: str, attributes: Mapping[str, str], base: str, at: Problem
    ) -> list[Path]:
        wanted = {
            "uri": ("name", "uri"),
            "system": ("systemId", "uri"),
            "public": ("publicId", "uri"),
            "rewriteURI": ("uriStartString", "rewritePrefix"),
            "rewriteSystem": ("systemIdStartString", "rewritePrefix"),
            "nextCatalog": ("catalog", "catalog"),
        }.get(name)
        if wanted is None:
            return []
        key, target = (attributes.get(attribute, "") for attribute in wanted)
        if not key or not target:
            reason = f"{name} without {' and '.join(sorted(set(wanted)))}; passed over"
            self.problems.append(Problem(at.source, at.line, reason))
            return []
        uri = _joined(base, target)
        path = _local(uri)
        if name == "nextCatalog":
            if path is None:
                reason = f"the next catalog {uri} is not on this machine; it is not fetched"
                self.problems.append(Problem(at.source, at.line, reason))
            return [] if path is None else [path]
        if name.startswith("rewrite"):
            self.beginnings.setdefault(key, uri)
        elif path is None:
            self.remote.add(key)
        elif key not in self.remote:
            self.names.setdefault(key, path)
        return []


def _joined(base: str, uri: str) -> str:
    """A reference against a base; one that is no URI at all stays as it is."""
    try:
        return urljoin(base, uri) if uri else base
    except ValueError:
        return uri
