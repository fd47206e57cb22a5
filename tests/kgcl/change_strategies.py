"""Changes of every class, with hostile texts in every place that takes one."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from hypothesis import strategies as st

from kgcl import changes as c
from kgcl.lexical import CURIE, HALF, IRI, KEYWORDS, NAME

MARKS = """' " \\ \\\\ '@en ; # { ^^ \\n \\u0041 😀 \u202eאב to - x ''' end begin"""
HOSTILE = st.lists(
    st.sampled_from([*MARKS.split(" "), *"\n\r\t\0\u2028\x85\ud800 "]), max_size=6
).map("".join)
TEXT = HOSTILE | st.text(st.characters(), max_size=12)
IRIS = (
    st.from_regex(IRI, fullmatch=True)
    .map(lambda text: text[:30])
    .filter(lambda text: not HALF.search(text))
)
CURIES = st.sampled_from(
    ["MS:1", "oboInOwl:hasDbXref", "a:b/c#d%20+e", "GO:é", "to:1", "AUTOID:1", "_:x"]
) | st.from_regex(CURIE, fullmatch=True).filter(lambda text: not HALF.search(text))
NAMES = (
    st.sampled_from(["part_of", "42", "Tom", "/m/02mjmr", "émile", "2026-11-23", "type"])
    | st.from_regex(NAME, fullmatch=True)
).filter(lambda text: text.lower() not in KEYWORDS and not HALF.search(text))
IDS = (
    st.builds(c.Ref, IRIS)
    | st.builds(c.Ref, CURIES, st.just(c.RefKind.CURIE))
    | st.builds(c.Ref, NAMES, st.just(c.RefKind.NAME))
)
REFS = IDS | st.builds(c.Ref, TEXT, st.just(c.RefKind.LABEL))
LANGUAGES = st.sampled_from(["", "en", "zh-Hans", "EN", "x-1"])
TEXTS = st.builds(c.Text, TEXT, LANGUAGES) | st.builds(c.Text, TEXT, st.just(""), IDS)
ARGUMENT = IDS.filter(lambda ref: not ref.text.isdecimal()) | TEXTS
COMPOUNDS = st.deferred(
    lambda: st.builds(
        c.Compound,
        st.sampled_from(["ObjectIntersectionOf", "ObjectMinCardinality", "to"]),
        st.lists(ARGUMENT | COMPOUNDS, max_size=2).map(tuple),
    )
)
TERMS = IDS | TEXTS | COMPOUNDS
NOTES = st.recursive(
    st.just(()),
    lambda inner: st.lists(st.builds(c.Note, IDS, TERMS, inner), max_size=2).map(tuple),
    max_leaves=4,
)
#: Most changes say nothing of themselves.
PLAIN_META = st.builds(
    c.Meta,
    reason=TEXT,
    see_also=TEXT | IRIS | CURIES,
    term_tracker_issue=IRIS | st.just("https://example.org/issues/1"),
    pull_request=TEXT,
    creator=CURIES | NAMES | st.just(""),
    contributor=TEXT,
    change_date=st.sampled_from(["", "2026-11-23", "2026-11-23T10:00:00Z"]),
    id=TEXT | CURIES,
    was_generated_by=IRIS | TEXT,
    has_undo=TEXT,
    change_description=TEXT,
).filter(lambda meta: meta != c.Meta())
SCOPES = st.sampled_from(c.Scope)
VALUES = IDS | TEXTS
#: What a field holds, by its type; classes and fields of their own are below.
BY_TYPE = {
    "Ref": REFS,
    "Ref | None": st.none() | REFS,
    "tuple[Ref, ...]": st.lists(REFS, max_size=3).map(tuple),
    "str": TEXT,
    "str | None": st.none() | TEXT,
    "Term": TERMS,
    "Term | None": st.none() | TERMS,
    "Scope | None": st.none() | SCOPES,
    "Scope | Ref": SCOPES | REFS,
    "Scope | Ref | None": st.none() | SCOPES | REFS,
    "NodeType": st.sampled_from(c.NodeType),
    "Edge": st.builds(c.Edge, REFS, REFS, REFS),
    "Notes": st.none() | NOTES,
    "Meta | None": st.none() | PLAIN_META,
}
_EDGE_END = REFS | TEXTS.filter(lambda text: bool(text.language or text.datatype))
_NO_EXPRESSION = (
    c.NewMapping,
    c.RemoveMapping,
    c.MappingReplacement,
    c.MappingPredicateChange,
    c.NodeMappingChange,
    c.NewMetadataAssertion,
    c.RemoveMetadataAssertion,
    c.MetadataAssertionReplacement,
    c.MetadataAssertionPredicateChange,
    c.NodeMetadataAssertionChange,
)


def _strategy(kind: type[c.Change], name: str, type_name: str) -> st.SearchStrategy[Any]:
    found = BY_TYPE.get(type_name)
    if name == "about_node" and "Creation" in kind.__name__:
        found = st.none() | IDS
    elif "language" in name:
        found = LANGUAGES
    elif kind is c.NodeIdChange and name == "new_value":
        found = IDS
    elif kind is c.SetLanguageForName and name in ("old_value", "new_value"):
        found = LANGUAGES if name == "new_value" else st.none() | LANGUAGES
    elif kind is c.LogicalAxiomChange and name in ("old_value", "new_value"):
        found = st.none() | COMPOUNDS
    elif kind in _NO_EXPRESSION and type_name.startswith("Term"):
        found = VALUES if type_name == "Term" else st.none() | VALUES
    elif kind in (c.EdgeCreation, c.EdgeDeletion, c.EdgeObsoletion) and name == "object":
        found = _EDGE_END
    elif name == "change_set":
        inner = c.OBSOLETIONS if kind is c.MultiNodeObsoletion else SIMPLE
        found = st.lists(st.one_of([changes_of(each) for each in inner]), min_size=1, max_size=3)
        found = found.map(tuple)
    if found is None:
        raise KeyError(f"{kind.__name__}.{name}: {type_name}")
    return found


@st.composite
def changes_of(draw: st.DrawFn, kind: type[c.Change]) -> c.Change:
    """A change of one class that a text can say."""
    values: dict[str, Any] = {
        each.name: draw(_strategy(kind, each.name, str(each.type)))
        for each in fields(kind)
        if each.name != "position"
    }
    for value, language in [
        ("name", "language"),
        ("old_value", "old_language"),
        ("new_value", "new_language"),
        ("definition", "definition_language"),
    ]:
        if language in values and value in values and values[value] is None:
            values[language] = ""
    if values.get("about_node", "") is None and values["name"] is None:
        values["name"] = draw(TEXT)
    both = "old_value" in values and "new_value" in values
    if both and values["old_value"] is None and values["new_value"] is None and _wants_side(kind):
        values["new_value"] = draw(_one_side(kind))
    if kind is c.NodeObsoletionWithNoDirectReplacement and not values["has_nondirect_replacement"]:
        values["has_nondirect_replacement"] = (draw(REFS),)
    if issubclass(kind, c.NodeMove):
        values["about_edge"] = draw(_moved(values["old_value"]))
    if kind is c.PredicateChange:
        values["about_edge"] = replace(values["about_edge"], predicate=None)
    if draw(st.integers(0, 9)) == 0 and kind not in (c.Transaction, c.MultiNodeObsoletion):
        forced = draw(changes_of(draw(st.sampled_from(SIMPLE))))
        values["meta"] = replace(
            values["meta"] or c.Meta(see_also="a:b"), associated_change_set=(forced,)
        )
    return kind(**values)


def _wants_side(kind: type[c.Change]) -> bool:
    return str(kind.__dataclass_fields__["new_value"].type).endswith("None") and (
        kind is not c.SynonymTypeChange
    )


def _one_side(kind: type[c.Change]) -> st.SearchStrategy[Any]:
    if kind is c.NodeSynonymChange:
        return TEXT
    return COMPOUNDS if kind is c.LogicalAxiomChange else VALUES


@st.composite
def _moved(draw: st.DrawFn, old: c.Ref | None) -> c.Edge:
    subject, predicate = draw(REFS), draw(st.none() | REFS)
    whole = predicate is not None and old is not None and draw(st.booleans())
    return c.Edge(subject, predicate, old if whole else None)


#: Changes that are not sets of others.
SIMPLE = tuple(kind for kind in c.ALL if kind not in (c.Transaction, c.MultiNodeObsoletion))
CHANGES = st.one_of([changes_of(kind) for kind in c.ALL])
