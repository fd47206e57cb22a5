"""IRIs of the vocabularies that kgdelta knows by name."""

from __future__ import annotations

from typing import Final

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DC: Final = "http://purl.org/dc/elements/1.1/"
DCTERMS: Final = "http://purl.org/dc/terms/"
OBO: Final = "http://purl.obolibrary.org/obo/"
OBO_IN_OWL: Final = "http://www.geneontology.org/formats/oboInOwl#"
KGDELTA: Final = "urn:kgdelta:"
TOKEN: Final = "urn:token:"  # noqa: S105

RDF_TYPE: Final = RDF + "type"
RDF_PROPERTY: Final = RDF + "Property"
RDF_LANG_STRING: Final = RDF + "langString"
XSD_STRING: Final = XSD + "string"
XSD_BOOLEAN: Final = XSD + "boolean"
XSD_HEX_BINARY: Final = XSD + "hexBinary"
XSD_DATE: Final = XSD + "date"
XSD_DATE_TIME: Final = XSD + "dateTime"
XSD_COUNT: Final = XSD + "nonNegativeInteger"

LABEL: Final = RDFS + "label"
COMMENT: Final = RDFS + "comment"
RDFS_CLASS: Final = RDFS + "Class"
SUBCLASS_OF: Final = RDFS + "subClassOf"
SUBPROPERTY_OF: Final = RDFS + "subPropertyOf"
DOMAIN: Final = RDFS + "domain"
RANGE: Final = RDFS + "range"

ONTOLOGY: Final = OWL + "Ontology"
CLASS: Final = OWL + "Class"
OBJECT_PROPERTY: Final = OWL + "ObjectProperty"
ANNOTATION_PROPERTY: Final = OWL + "AnnotationProperty"
NAMED_INDIVIDUAL: Final = OWL + "NamedIndividual"
EQUIVALENT_CLASS: Final = OWL + "equivalentClass"
DISJOINT_WITH: Final = OWL + "disjointWith"
DEPRECATED: Final = OWL + "deprecated"
IMPORTS: Final = OWL + "imports"
VERSION_INFO: Final = OWL + "versionInfo"

DEFINITION: Final = OBO + "IAO_0000115"
REPLACED_BY: Final = OBO + "IAO_0100001"

XREF: Final = OBO_IN_OWL + "hasDbXref"
EXACT_SYNONYM: Final = OBO_IN_OWL + "hasExactSynonym"
BROAD_SYNONYM: Final = OBO_IN_OWL + "hasBroadSynonym"
NARROW_SYNONYM: Final = OBO_IN_OWL + "hasNarrowSynonym"
RELATED_SYNONYM: Final = OBO_IN_OWL + "hasRelatedSynonym"
SYNONYM_TYPE: Final = OBO_IN_OWL + "hasSynonymType"
ALTERNATIVE_ID: Final = OBO_IN_OWL + "hasAlternativeId"
CONSIDER: Final = OBO_IN_OWL + "consider"
IN_SUBSET: Final = OBO_IN_OWL + "inSubset"
OBO_NAMESPACE: Final = OBO_IN_OWL + "hasOBONamespace"
SHORTHAND: Final = OBO_IN_OWL + "shorthand"
CREATED_BY: Final = OBO_IN_OWL + "created_by"
CREATION_DATE: Final = OBO_IN_OWL + "creation_date"

#: Texts that a search looks into.
SEARCHED: Final = frozenset(
    {
        LABEL,
        COMMENT,
        DEFINITION,
        EXACT_SYNONYM,
        BROAD_SYNONYM,
        NARROW_SYNONYM,
        RELATED_SYNONYM,
        SKOS + "prefLabel",
        SKOS + "altLabel",
        SKOS + "definition",
    }
)
SYNONYMS: Final = (EXACT_SYNONYM, BROAD_SYNONYM, NARROW_SYNONYM, RELATED_SYNONYM)

#: Settings of a graph, statements on its ontology node.
PREFIX: Final = KGDELTA + "prefix"
NAMESPACE: Final = KGDELTA + "namespace"
OBSOLETION_POLICY: Final = KGDELTA + "obsoletion"
POLICY_SETTING: Final = KGDELTA + "policy"
SINGLE_VALUED: Final = KGDELTA + "single-valued"
HIERARCHY: Final = KGDELTA + "hierarchy"
PROTECTED: Final = KGDELTA + "protected"
SETTINGS: Final = (OBSOLETION_POLICY, POLICY_SETTING, SINGLE_VALUED, HIERARCHY, PROTECTED)

#: The quantifier of an edge whose restriction is not *some*, as a qualifier.
QUANTIFIER: Final = KGDELTA + "quantifier"

#: What stays of an edge that no longer holds: an annotation of its subject with its object, whose
#: qualifiers are the predicate that it had and the qualifiers that it had.
OBSOLETE_EDGE: Final = KGDELTA + "obsolete-edge"
EDGE_PREDICATE: Final = KGDELTA + "predicate"

#: The named graph of a statement, as a qualifier.
GRAPH: Final = KGDELTA + "graph"

#: When a statement holds in the world, as qualifiers; :mod:`graph.valid_time` reads them.
VALID_FROM: Final = KGDELTA + "valid_from"
VALID_TO: Final = KGDELTA + "valid_to"

#: Subject and predicate of what a purge leaves of a statement; its object is the digest.
ERASED: Final = KGDELTA + "erased"

#: Ontology node of a graph that names none.
DEFAULT_ONTOLOGY: Final = KGDELTA + "ontology"
