"""Columns of KGX tables: which predicate each stands for, and how its cells become values.

The KGX format (github.com/biolink/kgx, specification/kgx-format.md) leaves types to the Biolink
Model; the tables below are those of its slots that are found on nodes and edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from graph.encoding import encode_fields, encode_text
from graph.model import Literal, Node, Object, encode_object
from graph.prefixes import PrefixMap, decode_local, encode_local, is_absolute
from graph.vocabulary import (
    BROAD_SYNONYM,
    DEFINITION,
    DEPRECATED,
    EXACT_SYNONYM,
    KGDELTA,
    LABEL,
    NARROW_SYNONYM,
    RDF,
    RDF_TYPE,
    RELATED_SYNONYM,
    VALID_FROM,
    VALID_TO,
    XREF,
    XSD,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DATE_TIME,
    XSD_STRING,
)

BIOLINK: Final = "https://w3id.org/biolink/vocab/"
#: What a column that the Biolink Model does not know stands for.
KGX: Final = KGDELTA + "kgx:"
EDGE_ID: Final = KGX + "id"
#: The column (or key) in which a row says what its other cells cannot.
EXTENSION: Final = "kgdelta"
#: Ids of edges that have none of their own begin so; a hash of the statement follows.
EDGE_HASH: Final = KGDELTA + "edge:"

XSD_INTEGER: Final = XSD + "integer"
XSD_DOUBLE: Final = XSD + "double"
RDF_JSON: Final = RDF + "JSON"

SPECIAL: Final[Mapping[str, Node]] = MappingProxyType(
    {
        "category": RDF_TYPE,
        "name": LABEL,
        "description": DEFINITION,
        "xref": XREF,
        "synonym": EXACT_SYNONYM,
        "broad_synonym": BROAD_SYNONYM,
        "narrow_synonym": NARROW_SYNONYM,
        "related_synonym": RELATED_SYNONYM,
        "deprecated": DEPRECATED,
        "valid_from": VALID_FROM,
        "valid_to": VALID_TO,
    }
)
_COLUMN_OF: Final = MappingProxyType({predicate: name for name, predicate in SPECIAL.items()})

_MULTIVALUED_SLOTS: Final = """
    aggregator_knowledge_source chembl_black_box_warning exact_synonym has_attribute
    has_attribute_type has_evidence has_evidence_of_type has_biological_sequence has_gene
    has_gene_product has_supporting_studies highest_FDA_approval_status in_taxon in_taxon_label
    knowledge_source object_category object_category_closure object_closure object_closure_label
    provided_by publications qualifiers same_as subject_category subject_category_closure
    subject_closure subject_closure_label supporting_data_source supporting_text type
    xenologous_to
"""
_SINGLE_SLOTS: Final = """
    agent_type anatomical_context_qualifier causal_mechanism_qualifier context_qualifier
    disease_context_qualifier elevate_to_prediction format frequency_qualifier full_name iri
    knowledge_level license mapped_predicate object_aspect_qualifier object_context_qualifier
    object_direction_qualifier object_form_or_variant_qualifier object_label_closure
    object_modifier_qualifier object_namespace object_part_qualifier onset_qualifier
    original_object original_predicate original_subject population_context_qualifier
    primary_knowledge_source qualified_predicate qualifier relation retrieval_source_ids
    retrieved_on rights severity_qualifier sex_qualifier species_context_qualifier
    stage_qualifier subject_aspect_qualifier subject_context_qualifier
    subject_direction_qualifier subject_form_or_variant_qualifier subject_label_closure
    subject_modifier_qualifier subject_namespace subject_part_qualifier symbol taxon
    temporal_context_qualifier timepoint update_date
"""
_NUMBERS: Final = """
    adjusted_p_value base_coordinate effect_size end_interbase_coordinate evidence_count
    genome_build_end has_confidence_level has_confidence_score has_count has_percentage
    has_quotient has_total p_value start_interbase_coordinate strand_number
"""
_TIMES: Final = frozenset({"valid_from", "valid_to"})
_FLAGS: Final = frozenset({"negated", "deprecated", "is_metabolite", "is_toxic"})

NUMERIC_COLUMNS: Final = frozenset(_NUMBERS.split())
#: Slots of the Biolink Model that a column of the same name stands for.
SLOTS: Final = frozenset(
    {
        *_MULTIVALUED_SLOTS.split(),
        *_SINGLE_SLOTS.split(),
        *NUMERIC_COLUMNS,
        *(_FLAGS - {"deprecated"}),
    }
)
#: Columns whose text is one value even where it has a bar; all others are lists in TSV.
SINGLE_VALUED: Final = frozenset(
    {"name", "description", "valid_from", "valid_to", *_SINGLE_SLOTS.split(), *NUMERIC_COLUMNS}
    | _FLAGS
)
#: Columns whose values are nodes.
NODE_COLUMNS: Final = frozenset({"category", "relation", "qualified_predicate"})
#: Columns that are a part of the statement, and no property of a node or an edge.
STRUCTURE: Final = frozenset({"id", "subject", "predicate", "object"})

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")


def predicate_of(column: str, prefixes: PrefixMap) -> Node:
    """The predicate that a column stands for; one to one but for spellings of one IRI."""
    special = SPECIAL.get(column)
    if special is not None:
        return special
    if column in SLOTS:
        return BIOLINK + column
    prefix, colon, _ = column.partition(":")
    if (colon and prefix in prefixes.namespaces) or is_absolute(column):
        return prefixes.expand(column)
    return KGX + encode_local(column)


def column_of(predicate: Node, prefixes: PrefixMap) -> str | None:
    """The column that stands for a predicate, None where none can."""
    name = _COLUMN_OF.get(predicate)
    if name is None and predicate.startswith(BIOLINK):
        slot = predicate[len(BIOLINK) :]
        name = slot if slot in SLOTS else None
    if name is None and predicate.startswith(KGX):
        name = decode_local(predicate[len(KGX) :])
        if predicate_of(name, prefixes) != predicate:
            name = None
    if name is None:
        name = prefixes.contract(predicate)
    usable = name not in STRUCTURE and clean_header(name) == name and _fits(name)
    return name if usable and predicate_of(name, prefixes) == predicate else None


def clean_header(text: str) -> str:
    """The name of a column as it is meant: without the white space and the quotes around it."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    return text


def is_extension(name: str) -> bool:
    """Whether a column is ours: it says what the other cells of a row cannot."""
    return name == EXTENSION or name.startswith(EXTENSION + "{")


def _fits(name: str) -> bool:
    broken = "\t" in name or "\n" in name or "\r" in name
    return bool(name) and not broken and name[0] not in '#"' and not is_extension(name)


def number_type(text: str) -> Node:
    """The datatype of a number as JSON writes it, ``xsd:string`` for any other text."""
    if _INTEGER.fullmatch(text):
        return XSD_INTEGER
    return XSD_DOUBLE if _NUMBER.fullmatch(text) else XSD_STRING


def time_type(text: str) -> Node:
    """The datatype of a date or a moment, ``xsd:string`` for any other text."""
    if _DAY.fullmatch(text):
        return XSD_DATE
    return XSD_DATE_TIME if _MOMENT.fullmatch(text) else XSD_STRING


#: Lengths as :func:`graph.encoding.encode_text` writes them.
_LENGTHS: Final = tuple(length.to_bytes(8, "big") for length in range(256))


@lru_cache(maxsize=256)
def _after(datatype: Node) -> bytes:
    """What follows the text of a literal in a qualifier that has no qualifiers of its own."""
    return encode_fields((datatype, "")) + bytes(4)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a reader sees it; ``datatype`` is what the header declares, or empty.

    ``known`` remembers the encoded qualifiers that its cells are.
    """

    name: str
    predicate: Node
    datatype: Node = ""
    known: dict[str, tuple[bytes, ...]] = field(default_factory=dict, compare=False, repr=False)
    _head: bytes = field(init=False, compare=False, repr=False)
    _tail: bytes | None = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_head", encode_text(self.predicate) + b"L")
        varies = self.name in NUMERIC_COLUMNS or self.name in _FLAGS or self.name in _TIMES
        one = None if varies and not self.datatype else _after(self.datatype or XSD_STRING)
        object.__setattr__(self, "_tail", one)

    def encoded(self, value: Object) -> bytes:
        """The canonical bytes of the qualifier that a value in this column is."""
        if isinstance(value, Literal) and not value.language:
            return self._encoded(value.value, _after(value.datatype))
        return self._head[:-1] + encode_object(value) + bytes(4)

    def encoded_literals(self, texts: Iterable[str]) -> list[bytes]:
        """The same of what :meth:`literal` makes of texts."""
        tail = self._tail
        if tail is not None:
            return [self._encoded(text, tail) for text in texts]
        if self.name in NUMERIC_COLUMNS:
            return [self._encoded(text, _after(number_type(text))) for text in texts]
        return [self.encoded(self.literal(text)) for text in texts]

    def _encoded(self, text: str, tail: bytes) -> bytes:
        data = text.encode()
        size = len(data)
        length = _LENGTHS[size] if size < len(_LENGTHS) else size.to_bytes(8, "big")
        return self._head + length + data + tail

    @property
    def is_list(self) -> bool:
        """Whether a cell of TSV may have several values, with bars between them."""
        return self.name not in SINGLE_VALUED

    @property
    def is_node(self) -> bool:
        """Whether texts in it are ids of nodes."""
        return self.name in NODE_COLUMNS

    def literal(self, text: str) -> Literal:
        """The value that an untyped text stands for in this column."""
        if self.datatype:
            return Literal(text, self.datatype)
        if self.name in NUMERIC_COLUMNS:
            return Literal(text, number_type(text))
        if self.name in _FLAGS and text in ("true", "false", "True", "False"):
            return Literal(text.lower(), XSD_BOOLEAN)
        return self.string(text)

    def string(self, text: str) -> Literal:
        """The value that a text stands for where numbers and truth values are not text."""
        if self.name in _TIMES:
            return Literal(text, time_type(text))
        return Literal(text)

    def texts(self, cell: str) -> list[str]:
        """The values of a cell of TSV, as text."""
        if "|" not in cell or not self.is_list:
            return [cell] if cell else []
        return [text for text in cell.split("|") if text]


def shown(value: Object, prefixes: PrefixMap) -> str | None:
    """The text of a value in a cell, None for an expression."""
    if isinstance(value, str):
        return prefixes.contract(value)
    return value.value if isinstance(value, Literal) else None
