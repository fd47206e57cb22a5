"""Which trees are well formed in OWL 2: class expressions, data ranges, property expressions.

OWL 2 Structural Specification and Functional-Style Syntax, sections 6 to 8. Only form is
judged; the global restrictions of section 11 are no matter of a file format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from graph.expression import Expression
from graph.model import Literal, Object
from graph.vocabulary import RDFS, XSD, XSD_COUNT

#: Deeper trees are refused: no ontology nests so, and readers would exhaust their stack.
DEEPEST: Final = 100

_Judge: TypeAlias = Callable[[Object], bool]

_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20<>\"\x7f-\x9f\ufffe\uffff]*")
_DATATYPE_IRIS: Final = frozenset({RDFS + "Literal"})
_DATATYPE_NAMESPACES: Final = (XSD,)
_DATATYPE_TERMS: Final = frozenset(
    {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#PlainLiteral",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
        "http://www.w3.org/2002/07/owl#real",
        "http://www.w3.org/2002/07/owl#rational",
    }
)

CARDINALITIES: Final = ("Min", "Max", "Exact")


def is_iri(value: Object) -> bool:
    """Whether a value is a node whose text every reader of OWL takes for an IRI."""
    return isinstance(value, str) and _IRI.fullmatch(value) is not None


def is_known_datatype(iri: Object) -> bool:
    """Whether an IRI is a datatype without being declared as one (section 4)."""
    return isinstance(iri, str) and (
        iri.startswith(_DATATYPE_NAMESPACES) or iri in _DATATYPE_IRIS or iri in _DATATYPE_TERMS
    )


def is_individual(value: Object) -> bool:
    """Whether a value is a named or an anonymous individual."""
    return isinstance(value, str) and (value.startswith("_:") or is_iri(value))


def is_literal(value: Object) -> bool:
    """Whether a value is a literal that the syntax can hold."""
    return isinstance(value, Literal) and (bool(value.language) or is_iri(value.datatype))


def is_count(value: Object) -> bool:
    """Whether a value is the number of a cardinality."""
    return (
        isinstance(value, Literal)
        and value.datatype == XSD_COUNT
        and re.fullmatch("0|[1-9][0-9]*", value.value) is not None
    )


def is_object_property(value: Object) -> bool:
    """Whether a value is an object property or the inverse of one."""
    if isinstance(value, Expression):
        return value.operator == "ObjectInverseOf" and _every(value.arguments, is_iri, 1, 1)
    return is_iri(value)


def is_chain(value: Object) -> bool:
    """Whether a value is a chain of object properties."""
    return (
        isinstance(value, Expression)
        and value.operator == "ObjectPropertyChain"
        and _every(value.arguments, is_object_property, 2)
    )


def is_class(value: Object, depth: int = 0) -> bool:
    """Whether a value is a class or a class expression."""
    if not isinstance(value, Expression):
        return is_iri(value)
    judge = _CLASSES.get(value.operator)
    return judge is not None and depth < DEEPEST and judge(value.arguments, depth + 1)


def is_data_range(value: Object, depth: int = 0) -> bool:
    """Whether a value is a datatype or a data range."""
    if not isinstance(value, Expression):
        return is_iri(value)
    judge = _RANGES.get(value.operator)
    return judge is not None and depth < DEEPEST and judge(value.arguments, depth + 1)


def is_complex_class(value: Object) -> bool:
    """Whether a value is a class expression that is no name."""
    return isinstance(value, Expression) and is_class(value)


def is_complex_range(value: Object) -> bool:
    """Whether a value is a data range that is no name."""
    return isinstance(value, Expression) and is_data_range(value)


def _every(values: Iterable[Object], judge: _Judge, least: int, most: int | None = None) -> bool:
    count = 0
    for value in values:
        count += 1
        if not judge(value):
            return False
    return count >= least and (most is None or count <= most)


_Arguments: TypeAlias = tuple[Object, ...]
_Shape: TypeAlias = Callable[[_Arguments, int], bool]


def _classes(arguments: _Arguments, depth: int) -> bool:
    return bool(arguments) and all(is_class(a, depth) for a in arguments)


def _ranges(arguments: _Arguments, depth: int) -> bool:
    return bool(arguments) and all(is_data_range(a, depth) for a in arguments)


def _one_class(arguments: _Arguments, depth: int) -> bool:
    return len(arguments) == 1 and is_class(arguments[0], depth)


def _one_range(arguments: _Arguments, depth: int) -> bool:
    return len(arguments) == 1 and is_data_range(arguments[0], depth)


def _individuals(arguments: _Arguments, depth: int) -> bool:
    del depth
    return _every(arguments, is_individual, 1)


def _literals(arguments: _Arguments, depth: int) -> bool:
    del depth
    return _every(arguments, is_literal, 1)


def _object_filler(arguments: _Arguments, depth: int) -> bool:
    return (
        len(arguments) == 2 and is_object_property(arguments[0]) and is_class(arguments[1], depth)
    )


def _data_filler(arguments: _Arguments, depth: int) -> bool:
    return (
        len(arguments) >= 2
        and all(is_iri(a) for a in arguments[:-1])
        and is_data_range(arguments[-1], depth)
    )


def _object_value(arguments: _Arguments, depth: int) -> bool:
    del depth
    return len(arguments) == 2 and is_object_property(arguments[0]) and is_individual(arguments[1])


def _data_value(arguments: _Arguments, depth: int) -> bool:
    del depth
    return len(arguments) == 2 and is_iri(arguments[0]) and is_literal(arguments[1])


def _self(arguments: _Arguments, depth: int) -> bool:
    del depth
    return _every(arguments, is_object_property, 1, 1)


def _object_count(arguments: _Arguments, depth: int) -> bool:
    return (
        len(arguments) in (2, 3)
        and is_count(arguments[0])
        and is_object_property(arguments[1])
        and all(is_class(a, depth) for a in arguments[2:])
    )


def _data_count(arguments: _Arguments, depth: int) -> bool:
    return (
        len(arguments) in (2, 3)
        and is_count(arguments[0])
        and is_iri(arguments[1])
        and all(is_data_range(a, depth) for a in arguments[2:])
    )


def _facets(arguments: _Arguments, depth: int) -> bool:
    del depth
    return (
        len(arguments) >= 3
        and len(arguments) % 2 == 1
        and is_iri(arguments[0])
        and all(is_iri(a) for a in arguments[1::2])
        and all(is_literal(a) for a in arguments[2::2])
    )


_CLASSES: Final[Mapping[str, _Shape]] = MappingProxyType(
    {
        "ObjectIntersectionOf": _classes,
        "ObjectUnionOf": _classes,
        "ObjectComplementOf": _one_class,
        "ObjectOneOf": _individuals,
        "ObjectSomeValuesFrom": _object_filler,
        "ObjectAllValuesFrom": _object_filler,
        "ObjectHasValue": _object_value,
        "ObjectHasSelf": _self,
        "DataSomeValuesFrom": _data_filler,
        "DataAllValuesFrom": _data_filler,
        "DataHasValue": _data_value,
        **{f"Object{word}Cardinality": _object_count for word in CARDINALITIES},
        **{f"Data{word}Cardinality": _data_count for word in CARDINALITIES},
    }
)
_RANGES: Final[Mapping[str, _Shape]] = MappingProxyType(
    {
        "DataIntersectionOf": _ranges,
        "DataUnionOf": _ranges,
        "DataComplementOf": _one_range,
        "DataOneOf": _literals,
        "DatatypeRestriction": _facets,
    }
)
