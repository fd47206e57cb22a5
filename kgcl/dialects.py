"""Text for the tools that read one of the two older dialects of KGCL, where these can say it.

*python* is what kgcl-schema 0.7.0 reads, *java* what kgcl-java 0.6.1 reads. Both lack most of the
language, and read some of what they accept as something else; that is refused here as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from kgcl import changes as c
from kgcl.render import render
from kgcl.writing import is_curie

if TYPE_CHECKING:
    from graph.prefixes import PrefixMap

DIALECTS: Final = ("python", "java")
_UNDER: Final = "rdfs:subClassOf"
_BREAKS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PYTHON_LANGUAGE: Final = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*")
_JAVA_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]+)?")
_JAVA_CURIE: Final = re.compile(r"[A-Za-z0-9_]+:[A-Za-z0-9_]+")
_JAVA_IRI: Final = re.compile(r"[^\s>\\]+")


def render_dialect(change: c.Change, dialect: str, prefixes: PrefixMap | None = None) -> str:
    """The text that an older tool reads as this change.

    Raises ValueError, with the reason, where the tool's dialect cannot say it or the tool would
    read it as something else.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; there are {' and '.join(DIALECTS)}")
    say: _Dialect = _Python(prefixes) if dialect == "python" else _Java(prefixes)
    if change.qualifiers is not None:
        raise say.lacks("qualifiers")
    if change.meta is not None:
        raise say.lacks("words for what is said about a change, such as a reason")
    form = say.forms.get(type(change))
    if form is None:
        raise say.lacks(f"form for {type(change).__name__}")
    # what no text can say is refused there
    render(change)
    return form(say, change)


class _Dialect:
    """What the two dialects share: the forms that are the same, over parts that are not."""

    name = ""
    forms: Mapping[type[c.Change], Callable[[Any, Any], str]] = {}

    def __init__(self, prefixes: PrefixMap | None) -> None:
        self.prefixes = prefixes

    def lacks(self, what: str) -> ValueError:
        return ValueError(f"the {self.name} dialect has no {what}; use the canonical text")

    def entity(self, ref: c.Ref) -> str:
        raise NotImplementedError

    def id(self, ref: c.Ref) -> str:
        raise NotImplementedError

    def text(self, value: str, language: str = "") -> str:
        raise NotImplementedError

    def contracted(self, ref: c.Ref) -> str:
        """The CURIE of an IRI where the prefixes give one, else nothing."""
        if ref.kind is not c.RefKind.IRI:
            return ref.text if ref.kind is c.RefKind.CURIE else ""
        short = "" if self.prefixes is None else self.prefixes.curie(ref.text)
        return short if short != ref.text and is_curie(short) else ""

    def without(self, value: object, what: str) -> None:
        if value:
            raise self.lacks(what)

    def wanted(self, value: Any, what: str) -> Any:
        if value is None:
            raise ValueError(f"the {self.name} dialect wants {what}")
        return value

    # --- forms that are the same

    def obsolete(self, x: c.NodeObsoletion) -> str:
        return f"obsolete {self.entity(x.about_node)}"

    def unobsolete(self, x: c.NodeUnobsoletion) -> str:
        self.without(x.replaced_by or x.consider, "words for what a node pointed at")
        return f"unobsolete {self.entity(x.about_node)}"

    def delete(self, x: c.NodeDeletion) -> str:
        return f"delete {self.entity(x.about_node)}"

    def new_synonym(self, x: c.NewSynonym) -> str:
        self.without(x.predicate, "predicate of a synonym")
        scope = f"{x.qualifier} " if x.qualifier else ""
        text = self.text(x.new_value, x.language)
        return f"create {scope}synonym {text} for {self.entity(x.about_node)}"

    def remove_synonym(self, x: c.RemoveSynonym) -> str:
        self.without(x.qualifier, "scope of a synonym that goes")
        text = self.text(x.old_value, x.language)
        return f"remove synonym {text} for {self.entity(x.about_node)}"

    def new_definition(self, x: c.NewTextDefinition) -> str:
        return f"add definition {self.definition(x.new_value, x.language)} to " + self.entity(
            x.about_node
        )

    def definition(self, value: str, language: str) -> str:
        return self.text(value, language)

    def remove_definition(self, x: c.RemoveTextDefinition) -> str:
        self.without(x.old_value is not None or x.old_language, "text of a definition that goes")
        return f"remove definition for {self.entity(x.about_node)}"

    def change_definition(self, x: c.TextDefinitionReplacement) -> str:
        old = ""
        if x.old_value is not None:
            old = f" from {self.definition(x.old_value, x.old_language)}"
        new = self.definition(x.new_value, x.new_language)
        return f"change definition of {self.entity(x.about_node)}{old} to {new}"

    def new_edge(self, x: c.EdgeCreation) -> str:
        return f"create edge {self.edge(x.subject, x.predicate, x.object)}"

    def remove_edge(self, x: c.EdgeDeletion) -> str:
        return f"delete edge {self.edge(x.subject, x.predicate, x.object)}"

    def edge(self, subject: c.Ref, predicate: c.Ref, value: c.Term) -> str:
        if not isinstance(value, c.Ref):
            raise self.lacks("edge to a literal")
        return f"{self.entity(subject)} {self.entity(predicate)} {self.entity(value)}"

    def place(self, x: c.PlaceUnder) -> str:
        return f"create edge {self.entity(x.subject)} {_UNDER} {self.entity(x.object)}"

    def remove_under(self, x: c.RemoveUnder) -> str:
        return f"delete edge {self.entity(x.subject)} {_UNDER} {self.entity(x.object)}"

    def between(self, x: c.NodeMove) -> str:
        old = self.entity(self.wanted(x.old_value, "the old parent of a node that moves"))
        return f"from {old} to {self.entity(x.new_value)}"

    def step(self, x: c.NodeMove) -> str:
        """A move that names no predicate."""
        self.without(x.about_edge.predicate, "predicate in this form")
        verb = {c.NodeDeepening: "deepen", c.NodeShallowing: "shallow"}.get(type(x), "move")
        return f"{verb} {self.entity(x.about_edge.subject)} {self.between(x)}"

    def change_predicate(self, x: c.PredicateChange) -> str:
        target = self.wanted(x.about_edge.object, "the object of the edge")
        ends = f"{self.entity(x.about_edge.subject)} and {self.entity(target)}"
        predicates = f"from {self.entity(x.old_value)} to {self.entity(x.new_value)}"
        return f"change relationship between {ends} {predicates}"

    def change_annotation(self, x: c.NodeAnnotationChange) -> str:
        old = self.annotation(self.wanted(x.old_value, "the old value of an annotation"))
        new = self.annotation(self.wanted(x.new_value, "the new value of an annotation"))
        what = f"{self.entity(x.about_node)} with {self.entity(x.annotation_property)}"
        return f"change annotation of {what} from {old} to {new}"

    def annotation(self, value: c.Term) -> str:
        raise NotImplementedError

    def add_to_subset(self, x: c.AddNodeToSubset) -> str:
        return f"add {self.id(x.about_node)} to subset {self.id(x.in_subset)}"

    def remove_from_subset(self, x: c.RemoveNodeFromSubset) -> str:
        return f"remove {self.id(x.about_node)} from subset {self.id(x.in_subset)}"


_SHARED: Final[Mapping[type[c.Change], Callable[[Any, Any], str]]] = MappingProxyType(
    {
        c.NodeObsoletion: _Dialect.obsolete,
        c.NodeUnobsoletion: _Dialect.unobsolete,
        c.NodeDeletion: _Dialect.delete,
        c.NewSynonym: _Dialect.new_synonym,
        c.RemoveSynonym: _Dialect.remove_synonym,
        c.NewTextDefinition: _Dialect.new_definition,
        c.RemoveTextDefinition: _Dialect.remove_definition,
        c.TextDefinitionReplacement: _Dialect.change_definition,
        c.EdgeCreation: _Dialect.new_edge,
        c.EdgeDeletion: _Dialect.remove_edge,
        c.PlaceUnder: _Dialect.place,
        c.RemoveUnder: _Dialect.remove_under,
        c.NodeDeepening: _Dialect.step,
        c.NodeShallowing: _Dialect.step,
        c.PredicateChange: _Dialect.change_predicate,
        c.NodeAnnotationChange: _Dialect.change_annotation,
        c.AddNodeToSubset: _Dialect.add_to_subset,
        c.RemoveNodeFromSubset: _Dialect.remove_from_subset,
    }
)


class _Python(_Dialect):
    """Single quotes without escapes; an IRI that the tool has no prefix for is read as nothing."""

    name = "python"

    def id(self, ref: c.Ref) -> str:
        if ref.kind is c.RefKind.LABEL:
            raise self.lacks("label in this place")
        short = ref.text if ref.kind is c.RefKind.NAME else self.contracted(ref)
        if not short or "://" in short:
            raise ValueError(
                f"the python tool reads the IRI {ref.text!r} as nothing where it has no prefix "
                "for it; give the prefix"
            )
        return short

    def entity(self, ref: c.Ref) -> str:
        return self.text(ref.text) if ref.kind is c.RefKind.LABEL else self.id(ref)

    def text(self, value: str, language: str = "") -> str:
        if not value.strip() or "'" in value or _BREAKS.search(value):
            raise self.lacks("words for a text that is empty, breaks the line, or holds a quote")
        if language and not _PYTHON_LANGUAGE.fullmatch(language):
            raise self.lacks(f"language tag such as {language!r}")
        return f"'{value}'@{language}" if language else f"'{value}'"

    def definition(self, value: str, language: str) -> str:
        self.without(language, "language of a definition")
        return self.text(value)

    def annotation(self, value: c.Term) -> str:
        if isinstance(value, c.Ref):
            return self.id(value)
        if isinstance(value, c.Compound):
            raise self.lacks("expression")
        self.without(value.language or value.datatype, "language or datatype that its tool reads")
        text = value.value
        if not text.strip() or _BREAKS.search(text) or '"' in text:
            raise self.lacks("value that is empty, breaks the line, or holds a double quote")
        return f'"{text}"'

    def rename(self, x: c.NodeRename) -> str:
        value = self.wanted(x.old_value, "the old label")
        old, new = self.text(value, x.old_language), self.text(x.new_value, x.new_language)
        if x.about_node == c.Ref(value, c.RefKind.LABEL):
            return f"rename {old} to {new}"
        return f"rename {self.id(x.about_node)} from {old} to {new}"

    def create_class(self, x: c.ClassCreation) -> str:
        self.without(x.name is not None, "label of a new class (a new node has one)")
        self.without(x.superclass or x.definition is not None, "parent or definition of a class")
        return f"create {self.id(self.wanted(x.about_node, 'the id of a new class'))}"

    def create_node(self, x: c.NodeCreation) -> str:
        if x.owl_type is not c.NodeType.NODE:
            raise self.lacks(f"{x.owl_type} to create")
        node = self.id(self.wanted(x.about_node, "the id of a new node"))
        label = self.text(self.wanted(x.name, "the label of a new node"), x.language)
        return f"create node {node} {label}"

    def replaced(self, x: c.NodeObsoletionWithDirectReplacement) -> str:
        self.without(x.has_nondirect_replacement, "alternatives")
        new = self.id(x.has_direct_replacement)
        return f"obsolete {self.entity(x.about_node)} with replacement {new}"

    def change_synonym(self, x: c.SynonymReplacement) -> str:
        self.without(x.qualifier, "scope of a synonym that changes (its tool drops it)")
        self.without(x.old_language or x.new_language, "languages of a synonym that changes")
        if x.about_node.kind is c.RefKind.NAME:
            raise ValueError("the python tool takes a bare name for a label here; give a CURIE")
        old, new = self.text(x.old_value), self.text(x.new_value)
        return f"change synonym {old} for {self.entity(x.about_node)} to {new}"

    def move(self, x: c.NodeMove) -> str:
        edge, between = x.about_edge, self.between(x)
        predicate = self.wanted(edge.predicate, "the predicate of the edge that moves")
        target = edge.object or self.wanted(x.old_value, "the old parent")
        return f"move {self.edge(edge.subject, predicate, target)} {between}"


class _Java(_Dialect):
    """Either quote, no backslash; entities are CURIEs of letters and digits, IRIs, or labels."""

    name = "java"

    def id(self, ref: c.Ref) -> str:
        short = self.contracted(ref)
        if _JAVA_CURIE.fullmatch(short):
            return short
        if ref.kind is c.RefKind.IRI and _JAVA_IRI.fullmatch(ref.text):
            return f"<{ref.text}>"
        raise self.lacks(f"way to write {ref.text!r}; its IRI may do")

    def entity(self, ref: c.Ref) -> str:
        if ref.kind in (c.RefKind.LABEL, c.RefKind.NAME):
            return self.text(ref.text)
        return self.id(ref)

    def text(self, value: str, language: str = "") -> str:
        if "\\" in value or _BREAKS.search(value):
            raise self.lacks("words for a text that breaks the line or holds a backslash")
        if language and not _JAVA_LANGUAGE.fullmatch(language):
            raise self.lacks(f"language tag such as {language!r}")
        mark = '"' if "'" in value and '"' not in value else "'"
        quoted = mark + value.replace(mark, "\\" + mark) + mark
        return f"{quoted}@{language}" if language else quoted

    def annotation(self, value: c.Term) -> str:
        if not isinstance(value, c.Text):
            raise self.lacks("annotation that is no text")
        if value.datatype is None:
            return self.text(value.value, value.language)
        datatype = self.contracted(value.datatype)
        if value.language or not _JAVA_CURIE.fullmatch(datatype):
            raise self.lacks("datatype without a CURIE")
        return f"{self.text(value.value)}^^{datatype}"

    def rename(self, x: c.NodeRename) -> str:
        old = self.text(self.wanted(x.old_value, "the old label"), x.old_language)
        return f"rename {self.entity(x.about_node)} from {old} to " + self.text(
            x.new_value, x.new_language
        )

    def create_class(self, x: c.ClassCreation) -> str:
        self.without(x.superclass or x.definition is not None, "parent or definition of a class")
        return self._create("class", x)

    def create_relation(self, x: c.ObjectPropertyCreation) -> str:
        return self._create("relation", x)

    def create_node(self, x: c.NodeCreation) -> str:
        if x.owl_type is c.NodeType.NODE:
            raise self.lacks("node to create, only classes, relations, instances and properties")
        return self._create(x.owl_type.value, x)

    def _create(
        self, what: str, x: c.NodeCreation | c.ClassCreation | c.ObjectPropertyCreation
    ) -> str:
        label = self.text(self.wanted(x.name, "the label of what is new"), x.language)
        node = "" if x.about_node is None else f"{self.id(x.about_node)} "
        return f"create {what} {node}{label}"

    def replaced(self, x: c.NodeObsoletionWithDirectReplacement) -> str:
        self.without(x.has_nondirect_replacement, "alternatives beside a replacement")
        new = self.entity(x.has_direct_replacement)
        return f"obsolete {self.entity(x.about_node)} with replacement {new}"

    def alternatives(self, x: c.NodeObsoletionWithNoDirectReplacement) -> str:
        others = ", ".join(map(self.entity, x.has_nondirect_replacement))
        self.without(not others, "obsoletion with no alternative at all in this form")
        return f"obsolete {self.entity(x.about_node)} with alternative {others}"

    def change_synonym(self, x: c.SynonymReplacement) -> str:
        self.without(x.qualifier, "scope of a synonym that changes")
        old = self.text(x.old_value, x.old_language)
        new = self.text(x.new_value, x.new_language)
        return f"change synonym from {old} to {new} for {self.entity(x.about_node)}"


_Python.forms = MappingProxyType(
    {
        **_SHARED,
        c.NodeRename: _Python.rename,
        c.ClassCreation: _Python.create_class,
        c.NodeCreation: _Python.create_node,
        c.NodeObsoletionWithDirectReplacement: _Python.replaced,
        c.SynonymReplacement: _Python.change_synonym,
        c.NodeMove: _Python.move,
    }
)
_Java.forms = MappingProxyType(
    {
        **_SHARED,
        c.NodeRename: _Java.rename,
        c.ClassCreation: _Java.create_class,
        c.ObjectPropertyCreation: _Java.create_relation,
        c.NodeCreation: _Java.create_node,
        c.NodeObsoletionWithDirectReplacement: _Java.replaced,
        c.NodeObsoletionWithNoDirectReplacement: _Java.alternatives,
        c.SynonymReplacement: _Java.change_synonym,
        c.NodeMove: _Java.step,
    }
)
