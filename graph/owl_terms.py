"""Words of ours for what OWL says and a plain statement does not, and OWL's own predicates."""

from __future__ import annotations

from typing import Final

from graph.vocabulary import (
    DISJOINT_WITH,
    DOMAIN,
    EQUIVALENT_CLASS,
    IMPORTS,
    KGDELTA,
    OWL,
    RANGE,
    RDF_TYPE,
    SUBCLASS_OF,
    SUBPROPERTY_OF,
)

#: Predicate of an axiom that no statement says directly; its object is the axiom.
AXIOM: Final = KGDELTA + "axiom"
#: Qualifier of a statement whose axiom is not the one it would be taken for; names the axiom.
AXIOM_KIND: Final = KGDELTA + "axiom-kind"
#: Annotation property that carries a statement for which OWL has no words, as text.
STATEMENT: Final = KGDELTA + "statement"

EQUIVALENT_PROPERTY: Final = OWL + "equivalentProperty"
PROPERTY_DISJOINT: Final = OWL + "propertyDisjointWith"
INVERSE_OF: Final = OWL + "inverseOf"
SAME_AS: Final = OWL + "sameAs"
DIFFERENT_FROM: Final = OWL + "differentFrom"
PROPERTY_CHAIN: Final = OWL + "propertyChainAxiom"
HAS_KEY: Final = OWL + "hasKey"
DISJOINT_UNION: Final = OWL + "disjointUnionOf"
VERSION_IRI: Final = OWL + "versionIRI"

#: Predicates that are no property of an ontology, so that none of them makes an edge.
LOGICAL_PREDICATES: Final = frozenset(
    {
        RDF_TYPE,
        SUBCLASS_OF,
        SUBPROPERTY_OF,
        DOMAIN,
        RANGE,
        EQUIVALENT_CLASS,
        DISJOINT_WITH,
        EQUIVALENT_PROPERTY,
        PROPERTY_DISJOINT,
        INVERSE_OF,
        SAME_AS,
        DIFFERENT_FROM,
        PROPERTY_CHAIN,
        HAS_KEY,
        DISJOINT_UNION,
        IMPORTS,
        AXIOM,
    }
)
