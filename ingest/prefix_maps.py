"""Prefix maps of files of their own: extended ones as of the Bioregistry, plain ones, and Turtle.

An extended prefix map is a JSON list of records with ``prefix``, ``uri_prefix`` and synonyms of
both (https://curies.readthedocs.io, "Extended Prefix Maps"); a plain one is a JSON object, or the
context of JSON-LD; in Turtle it is the prefixes that are declared, with ``@prefix`` or as SHACL
does (``sh:declare``, section 5.2.1 of SHACL). Where two do not agree it is an error, never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graph.prefixes import STANDARD
from ingest.decoding import decode
from ingest.errors import IngestError

if TYPE_CHECKING:
    from curies import Record
    from pydantic import ValidationError

#: Bytes that a prefix map may have; that of the Bioregistry has about one million.
LARGEST_MAP: Final = 1 << 26

_SH: Final = "http://www.w3.org/ns/shacl#"
_DECLARED: Final = re.compile(
    r"^[ \t]*@?prefix[ \t]+([^\s:<>#]*):[ \t]*<([^<>\s\\]*)>", re.IGNORECASE | re.MULTILINE
)
_MAPS: Final = "an extended prefix map, a JSON object of prefixes, a JSON-LD context, or Turtle"


def read_prefix_maps(paths: Iterable[Path]) -> dict[str, str]:
    """Prefixes with their namespaces, synonyms too, of all files together.

    Raises IngestError for what is no prefix map, and for prefixes that collide, within a file,
    between files, or with those that every graph has, which are left out; OSError.
    """
    found: dict[str, tuple[str, str]] = {
        prefix: (namespace, "every graph") for prefix, namespace in STANDARD.items()
    }
    for path in paths:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_MAP + 1)
        for prefix, namespace in read_prefix_map(content, str(path)).items():
            known, where = found.setdefault(prefix, (namespace, str(path)))
            if known != namespace:
                reason = f"{prefix!r} is <{namespace}> here and <{known}> in {where}"
                raise IngestError(str(path), 0, f"{reason}: take one of them away")
    return {prefix: namespace for prefix, (namespace, _) in found.items() if prefix not in STANDARD}


def read_prefix_map(content: bytes, source: str) -> dict[str, str]:
    """Prefixes and synonyms of one map with their namespaces. Raises IngestError."""
    if len(content) > LARGEST_MAP:
        raise IngestError(source, 0, f"more than {LARGEST_MAP >> 20} MiB: no prefix map")
    text, _ = decode(content, source)
    records = list(_records(text, source))
    _check(records, source)
    return {
        prefix: record.uri_prefix
        for record in records
        for prefix in (record.prefix, *record.prefix_synonyms)
    }


def _records(text: str, source: str) -> Iterator[Record]:
    from curies import Record
    from pydantic import ValidationError

    pairs = _json_records(text, source) if text.lstrip()[:1] in ("{", "[") else None
    for number, fields in enumerate(_turtle_records(text, source) if pairs is None else pairs, 1):
        try:
            record = Record(**fields)
        except (ValidationError, TypeError) as error:
            raise IngestError(
                source, 0, f"record {number} of the prefix map: {_why(error)}"
            ) from None
        if not record.uri_prefix:
            raise IngestError(source, 0, f"the prefix {record.prefix!r} has no namespace")
        yield record


def _why(error: ValidationError | TypeError) -> str:
    """What is wrong with a record, in one line."""
    if isinstance(error, TypeError):
        return str(error)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}"


def _check(records: list[Record], source: str) -> None:
    from curies import Converter, DuplicatePrefixes, DuplicateURIPrefixes

    try:
        Converter(records)
    except DuplicatePrefixes as error:
        twice = error.duplicates[0]
        first, second = twice.record_1.uri_prefix, twice.record_2.uri_prefix
        reason = f"{twice.prefix!r} is both <{first}> and <{second}>"
    except DuplicateURIPrefixes as error:
        twice = error.duplicates[0]
        first, second = twice.record_1.prefix, twice.record_2.prefix
        reason = f"<{twice.prefix}> has two prefixes, {first!r} and {second!r}"
    else:
        return
    raise IngestError(source, 0, f"{reason}: take one of them away")


def _json_records(text: str, source: str) -> list[Mapping[str, Any]]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for key, value in pairs:
            if read.setdefault(key, value) != value:
                reason = f"{key!r} is both {read[key]!r} and {value!r}: take one of them away"
                raise IngestError(source, 0, reason)
        return read

    try:
        read = json.loads(text, object_pairs_hook=once)
    except RecursionError:
        raise IngestError(source, 0, "the JSON is nested too deeply") from None
    except ValueError as error:
        raise IngestError(source, getattr(error, "lineno", 0), f"no JSON: {error}") from None
    if isinstance(read, list):
        if not all(isinstance(record, dict) for record in read):
            raise IngestError(source, 0, f"no prefix map: give {_MAPS}")
        return [{str(k): v for k, v in record.items() if v is not None} for record in read]
    context = read.get("@context", read)
    if not isinstance(context, dict):
        raise IngestError(source, 0, f"no prefix map: give {_MAPS}")
    return [
        {"prefix": prefix, "uri_prefix": _namespace(value, prefix, source)}
        for prefix, value in context.items()
        if not prefix.startswith("@")
    ]


def _namespace(value: object, prefix: str, source: str) -> str:
    """The namespace of a JSON value: a text, or what a context of JSON-LD says at length."""
    named = value.get("@id") if isinstance(value, dict) else value
    if not isinstance(named, str):
        raise IngestError(source, 0, f"the prefix {prefix!r} has no namespace but {value!r}")
    return named


def _turtle_records(text: str, source: str) -> list[Mapping[str, Any]]:
    from pyoxigraph import Literal, NamedNode, RdfFormat, parse

    declared: dict[str, dict[str, str]] = {}
    parser = parse(text, format=RdfFormat.TURTLE)
    try:
        for triple in parser:
            part = triple.predicate.value
            if part in (_SH + "prefix", _SH + "namespace") and isinstance(
                triple.object, Literal | NamedNode
            ):
                declared.setdefault(str(triple.subject), {})[part] = triple.object.value
    except SyntaxError as error:
        reason = f"{error.msg}: a prefix map is {_MAPS}"
        raise IngestError(source, error.lineno or 0, reason) from None
    shacl = [
        (one[_SH + "prefix"], one[_SH + "namespace"]) for one in declared.values() if len(one) == 2
    ]
    if shacl:
        # What such a file declares for itself is not what it is about.
        return [{"prefix": prefix, "uri_prefix": name} for prefix, name in sorted(set(shacl))]
    if not parser.prefixes:
        raise IngestError(source, 0, f"no prefixes: a prefix map is {_MAPS}")
    # Turtle lets a prefix be declared anew, of which the parser tells only the last.
    every = {*parser.prefixes.items(), *(found.groups() for found in _DECLARED.finditer(text))}
    return [{"prefix": prefix, "uri_prefix": name} for prefix, name in sorted(every)]
