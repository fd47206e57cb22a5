"""Which format a source has, from how it begins; the name decides only between what fits."""

from __future__ import annotations

import re
from typing import Final

from ingest.compression import SUFFIXES

_OBO: Final = re.compile(r"^(?:format-version:|\[(?:Term|Typedef|Instance)\])", re.MULTILINE)
_OUR_OBO: Final = re.compile(r"(?:ontology|kgdelta-statement): ")
_ROOT: Final = re.compile(r"<(?![?!])([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_OFN: Final = re.compile(r"^\s*(?:#[^\n]*\n\s*)*(?:Prefix|Ontology)\s*\(", re.IGNORECASE)
_TERM: Final = r"(?:<[^<>\s]*>|_:\S+|<<.*>>)"
_NT: Final = re.compile(
    rf"\s*{_TERM}\s+<[^<>\s]*>\s+(?:{_TERM}|\"(?:[^\"\\]|\\.)*\"(?:@[\w-]+|\^\^<[^<>]*>)?)\s*"
    rf"({_TERM})?\s*\."
)
_TURTLE: Final = re.compile(
    r"^\s*(?:@prefix|@base|prefix|base|version)\b[^\n]*<|^\s*@version\b",
    re.MULTILINE | re.IGNORECASE,
)
_GRAPH: Final = re.compile(
    r"^\s*(?:GRAPH\b[^{]*|<[^<>\s]*>\s*|[\w.-]*:[\w.-]*\s*)?\{(?!\|)", re.MULTILINE | re.IGNORECASE
)
#: What no text has: chance may put a tab on every line of something else.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")
_COUNTED: Final = re.compile(r"\s*\d+\s*\n\s*\d+\s+\d+\s+\d+\s*(?:\n|$)")
_NUMBER: Final = re.compile(r"[+-]?\d+|\d{4}-[\d#?]{2}(?:-[\d#?]{2}.*)?")


def sniff(head: bytes, name: str) -> str | None:
    """The name of the format whose source begins like this, None where none is known to.

    ``head`` is what a peek gives, plain; ``name`` is that of the source.
    """
    binary = _binary(head)
    if binary is not None:
        return binary
    text = _text(head)
    for judge in (_obo, _markup, _json, _functional, _sssom, _rdf, _rows):
        found = judge(text, plain_name(name))
        if found is not None:
            return found
    return None


def plain_name(name: str) -> str:
    """A file name in lower case, without the ending of its compression."""
    name = name.lower()
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _binary(head: bytes) -> str | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head[257:262] == b"ustar":
        member = head[:100].split(b"\0")[0]
        if member.endswith(b".parquet"):
            return "parquet"
        return "links" if _is_split(member) else "kgx"
    return None


def _is_split(member: bytes) -> bool:
    stem = member.rpartition(b"/")[2].partition(b".")[0].removesuffix(b"2id")
    return stem in (b"train", b"valid", b"test", b"entity", b"relation")


def _obo(text: str, name: str) -> str | None:
    # What we write of a graph that never was OBO has no version of the format.
    ours = name.endswith(".obo") and _OUR_OBO.match(text)
    return "obo" if ours or _OBO.search(text) else None


def _markup(text: str, _name: str) -> str | None:
    if not text.lstrip().startswith("<") or _NT.match(_first_line(text)):
        return None
    root = _ROOT.search(text)
    if root is None:
        return None
    if root[2] == "Ontology" and "owl#" in text:
        return "owx"
    return "rdfxml" if root[2] == "RDF" or "rdf-syntax-ns#" in text else None


def _json(text: str, name: str) -> str | None:
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return None
    line = _first_line(text)
    if line.rstrip().endswith("}") and ('"subject"' in line or '"category"' in line):
        return "kgx-jsonl"
    if re.search(r'"graphs"\s*:', text):
        return "obograph"
    if re.search(r'"@(?:context|id|graph|type)"\s*:', text):
        return "jsonld"
    if name.endswith(".jsonl"):
        return "kgx-jsonl"
    return "jsonld" if name.endswith(".jsonld") else None


def _functional(text: str, _name: str) -> str | None:
    return "ofn" if _OFN.match(text) else None


def _sssom(text: str, _name: str) -> str | None:
    lines = text.split("\n")
    head = next((line for line in lines if line and not line.startswith("#")), "")
    cells = set(head.rstrip("\r").split("\t"))
    if {"subject_id", "object_id"} <= cells and cells & {"predicate_id", "mapping_justification"}:
        return "sssom"
    header = re.search(r"^#\s*(?:curie_map|mapping_set_id)\s*:", text, re.MULTILINE)
    return "sssom" if header else None


def _rdf(text: str, name: str) -> str | None:
    line = _NT.match(_first_line(text))
    if line:
        quads = line[1] is not None or name.endswith((".nq", ".nquads"))
        if name.endswith((".ttl", ".turtle")):
            return "turtle"
        return (
            "nquads"
            if quads
            or (re.search(r">\s+<[^<>\s]*>\s*\.\s*$", text, re.MULTILINE) and (_has_quads(text)))
            else "ntriples"
        )
    if _TURTLE.search(text):
        if name.endswith(".trig"):
            return "trig"
        return "trig" if _GRAPH.search(text) and not name.endswith(".ttl") else "turtle"
    if name.endswith((".ttl", ".turtle")):
        return "turtle"
    return None


def _has_quads(text: str) -> bool:
    lines = text.split("\n")[:-1][:200]
    found = (_NT.match(line) for line in lines)
    return any(line is not None and line[1] is not None for line in found)


def _rows(text: str, _name: str) -> str | None:
    """Tables of tab-separated cells, by their header or by what the cells hold."""
    if _CONTROL.search(text):
        return None
    if _COUNTED.match(text):
        return "triples"
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()][:50]
    if not lines:
        return None
    header = {cell.strip().lower() for cell in lines[0].split("\t")}
    nodes = "id" in header and header & {"category", "name"}
    if {"subject", "predicate", "object"} <= header or nodes:
        timed = header & {"valid_from", "valid_to", "time", "date", "timestamp"}
        kgx = header - {"subject", "predicate", "object"} - timed or "category" in header
        return "quads" if timed and not kgx else "kgx"
    widths = {len(line.split("\t")) for line in lines[:-1] or lines}
    if len(widths) == 1:
        (width,) = widths
        if width == 3:
            return "triples"
        if width in (4, 5) and _timed(lines):
            return "quads"
    return None


def _timed(lines: list[str]) -> bool:
    rows = [line.split("\t") for line in lines[1:] or lines]
    # The last line may have been cut off where the look at the source ends.
    cells = [row[3].strip() for row in rows if len(row) > 3]
    return all(_NUMBER.fullmatch(cell) for cell in cells if cell)


def _first_line(text: str) -> str:
    """The first line that says something."""
    for line in text.split("\n"):
        if line.strip() and not line.lstrip().startswith("#"):
            return line
    return ""
