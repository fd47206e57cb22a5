"""Relationships with quantifiers, and what the relations of a file are (OBO 1.4, section 5.2).

``{cardinality="2"}`` and its like say which restriction a ``relationship`` or a part of an
``intersection_of`` is; ``gci_relation`` and ``gci_filler`` narrow the term that an axiom is about;
a relation with ``is_class_level`` holds of the class itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier
from graph.owl_axioms import restriction
from graph.prefixes import PrefixMap
from graph.vocabulary import QUANTIFIER
from ingest.clauses import (
    ClauseError,
    Modifier,
    split_comment,
    split_modifiers,
    split_tag,
    unescape,
)
from ingest.tags import BOOLEANS, METADATA_TAG, VIEW

_ALL_ONLY: Final = "all_only"
_ALL_SOME: Final = "all_some"
_COUNTS: Final = {"cardinality": "exactly", "minCardinality": "min", "maxCardinality": "max"}
_QUANTIFYING: Final = frozenset({*_COUNTS, _ALL_ONLY, _ALL_SOME})
_GCI: Final = ("gci_filler", "gci_relation")
_COUNTED: Final = {
    "ObjectExactCardinality": "cardinality",
    "ObjectMinCardinality": "minCardinality",
    "ObjectMaxCardinality": "maxCardinality",
}


@dataclass(frozen=True, slots=True)
class Relations:
    """What a file says its relations are: relations, those of them of classes, metadata tags.

    ``view`` is the relation, if the header names one, in which a term stands to what its
    ``intersection_of`` and ``union_of`` say.
    """

    declared: frozenset[Node] = frozenset()
    class_level: frozenset[Node] = frozenset()
    tags: frozenset[Node] = frozenset()
    view: Node = ""


def is_metadata_tag(tag: str, value: str) -> bool:
    """Whether a clause says that a relation is no relation but a tag for remarks."""
    return tag == METADATA_TAG and BOOLEANS.get(split_comment(value)) == "true"


def relations_of(
    typedefs: Iterable[Sequence[str]], prefixes: PrefixMap, header: Iterable[str] = ()
) -> Relations:
    """What the lines of Typedef frames and of the header say of relations."""
    heads = [split for line in header if (split := split_tag(line.lstrip()))]
    views = {value for tag, value in heads if tag == VIEW and value}
    view = prefixes.expand(unescape(views.pop())) if len(views) == 1 else ""
    declared, tags, class_level = set(), set(), set()
    for lines in typedefs:
        clauses = [found for line in lines if (found := split_tag(line.lstrip()))]
        names = [split_comment(value) for tag, value in clauses if tag == "id"]
        name = next(filter(None, names), "")
        if not name:
            continue
        node = prefixes.expand(unescape(split_modifiers(name)[0]))
        declared.add(node)
        for tag, value in clauses:
            if is_metadata_tag(tag, value):
                tags.add(node)
            if tag == "is_class_level":
                bare, _ = split_modifiers(split_comment(value))
                if BOOLEANS.get(bare) == "true":
                    class_level.add(node)
    return Relations(
        frozenset(declared - tags), frozenset(class_level - tags), frozenset(tags), view
    )


@dataclass(slots=True)
class Quantified:
    """What the qualifiers of a relationship make of it.

    ``word`` is the quantifier of an edge, ``tree`` a restriction that is no edge; ``idle`` are
    qualifiers that say what holds without them.
    """

    word: str = ""
    tree: Expression | None = None
    rest: list[Modifier] = field(default_factory=list)
    idle: list[Modifier] = field(default_factory=list)

    @property
    def qualifiers(self) -> tuple[Qualifier, ...]:
        """The quantifier of an edge as a qualifier; *some* needs none."""
        return (Qualifier(QUANTIFIER, Literal(self.word)),) if self.word else ()

    def restriction(self, relation: Node, target: Node) -> Expression:
        """The restriction that the relationship is."""
        found = self.tree or restriction(relation, target, self.word)
        if found is None:
            raise ClauseError(f"no restriction of {self.word}")
        return found


def quantified(
    relation: Node, target: Node, pairs: Iterable[Modifier], class_level: bool = False
) -> Quantified:
    """The restriction that qualifiers ask for, and the other qualifiers. Raises ClauseError."""
    found = Quantified()
    counts: dict[str, int] = {}
    some = only = False
    for pair in pairs:
        key, value = pair
        if key not in _QUANTIFYING:
            found.rest.append(pair)
        elif key in _COUNTS:
            if not (value.isascii() and value.isdigit()) or key in counts:
                raise ClauseError(f"one number is expected for {key}")
            counts[key] = int(value)
        elif value == "true":
            some, only = some or key == _ALL_SOME, only or key == _ALL_ONLY
        elif value == "false":
            found.idle.append(pair)
        else:
            raise ClauseError(f"true or false is expected for {key}")
    if counts and (some or only):
        raise ClauseError("a cardinality beside all_some or all_only")
    if "cardinality" in counts and len(counts) > 1:
        raise ClauseError("a cardinality beside a lowest or highest one")
    if some and not only and not class_level:
        found.idle.append((_ALL_SOME, "true"))
    _choose(found, relation, target, counts, (some, only), class_level)
    return found


def _choose(
    found: Quantified,
    relation: Node,
    target: Node,
    counts: dict[str, int],
    said: tuple[bool, bool],
    class_level: bool,
) -> None:
    words = [f"{_COUNTS[key]} {counts[key]}" for key in sorted(counts, reverse=True)]
    if 0 in (counts.get("cardinality"), counts.get("maxCardinality")):
        if len(counts) > 1:
            raise ClauseError("at most none, and a lowest number too")
        none = Expression("ObjectComplementOf", (target,))
        found.tree = Expression("ObjectAllValuesFrom", (relation, none))
    elif len(words) == 1:
        found.word = words[0]
    elif words or said == (True, True):
        trees = [restriction(relation, target, word) for word in words or ("", "only")]
        found.tree = Expression("ObjectIntersectionOf", tuple(t for t in trees if t is not None))
    elif said[1]:
        found.word = "only"
    elif class_level and not said[0]:
        found.tree = Expression("ObjectHasValue", (relation, target))


def clause_parts(tree: Object, relations: Relations) -> tuple[Node, Node, list[Modifier]] | None:
    """The relation, target and qualifiers that say a restriction; None where none may."""
    if not isinstance(tree, Expression):
        return None
    parts = tree.arguments
    if tree.operator in _COUNTED:
        count, *parts_of = parts
        key = _COUNTED[tree.operator]
        found = _named(parts_of)
        if found is None or not isinstance(count, Literal):
            return None
        return (*found, [(key, count.value)])
    if tree.operator == "ObjectSomeValuesFrom":
        found = _named(parts)
        if found is None:
            return None
        return (*found, [(_ALL_SOME, "true")] if found[0] in relations.class_level else [])
    if tree.operator == "ObjectHasValue":
        found = _named(parts)
        return None if found is None else (*found, [])
    if tree.operator == "ObjectAllValuesFrom":
        target = parts[-1]
        if isinstance(target, Expression) and target.operator == "ObjectComplementOf":
            found = _named((parts[0], *target.arguments))
            return None if found is None else (*found, [("cardinality", "0")])
        found = _named(parts)
        return None if found is None else (*found, [(_ALL_ONLY, "true")])
    if tree.operator == "ObjectIntersectionOf" and len(parts) == 2:
        return _both(parts, relations)
    return None


def _named(parts: Sequence[Object]) -> tuple[Node, Node] | None:
    if len(parts) == 2 and isinstance(parts[0], str) and isinstance(parts[1], str):
        return parts[0], parts[1]
    return None


def _both(
    parts: Sequence[Object], relations: Relations
) -> tuple[Node, Node, list[Modifier]] | None:
    """A lowest and a highest number, or some and only, of the same."""
    found = [clause_parts(part, relations) for part in parts]
    one, other = found
    if one is None or other is None or one[:2] != other[:2]:
        return None
    pairs = dict([*one[2], *other[2]])
    if set(pairs) <= {_ALL_ONLY, _ALL_SOME}:
        pairs[_ALL_SOME] = "true"
    return one[0], one[1], sorted(pairs.items())


def word_modifiers(word: str) -> list[Modifier]:
    """The qualifiers that say a quantifier's word."""
    if word == "only":
        return [(_ALL_ONLY, "true")]
    name, _, count = word.partition(" ")
    return [(key, count) for key, said in _COUNTS.items() if said == name]


def split_gci(pairs: Sequence[Modifier]) -> tuple[tuple[str, str] | None, list[Modifier]]:
    """The relation and filler that narrow the subject of an axiom, and the other qualifiers.

    Raises ClauseError where only one of both is said.
    """
    found = {key: value for key, value in pairs if key in _GCI}
    if not found:
        return None, list(pairs)
    rest = [pair for pair in pairs if pair[0] not in _GCI]
    if len(found) < len(_GCI) or len(pairs) > len(found) + len(rest):
        raise ClauseError("gci_relation and gci_filler, each once, are expected")
    return (found["gci_relation"], found["gci_filler"]), rest


def general_axiom(subject: Node, narrowing: Expression, above: Object) -> Expression:
    """The axiom that those of a class that a restriction narrows are below something."""
    below = Expression("ObjectIntersectionOf", (subject, narrowing))
    return Expression("SubClassOf", (below, above))


def narrowed(axiom: Object) -> tuple[Node, Expression, Object] | None:
    """The inverse of :func:`general_axiom`; None where an axiom is not of its kind."""
    if not isinstance(axiom, Expression) or axiom.operator != "SubClassOf":
        return None
    below, *above = axiom.arguments
    if not isinstance(below, Expression) or below.operator != "ObjectIntersectionOf":
        return None
    if len(above) != 1 or len(below.arguments) != 2:
        return None
    names = [part for part in below.arguments if isinstance(part, str)]
    trees = [part for part in below.arguments if isinstance(part, Expression)]
    return (names[0], trees[0], above[0]) if names and trees else None


def gci_modifiers(relation: str, filler: str) -> list[Modifier]:
    """The qualifiers that narrow the subject of an axiom."""
    return [(_GCI[0], filler), (_GCI[1], relation)]
