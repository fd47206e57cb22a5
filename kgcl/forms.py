"""The forms of the language, class by class: the canonical one first, then what is read too.

``E``, ``S``, ``P``, ``O`` are entities, ``V`` a value, ``F`` an axiom; brackets hold what may be
left out. README.md shows each with an example.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FORMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "NodeCreation": (
            "create node E 'label'",
            "create node 'label'",
            "create instance [E] 'label'",
            "create annotation property [E] 'label'",
        ),
        "ClassCreation": (
            "create class E ['label'] [under E] [with definition 'd']",
            "create class 'label' [under E] [with definition 'd']",
            "create E ['label'] [under E] [with definition 'd']",
        ),
        "ObjectPropertyCreation": ("create relation E ['label']", "create relation 'label'"),
        "NodeObsoletion": ("obsolete E", "obsolete E with no replacement"),
        "NodeObsoletionWithDirectReplacement": (
            "obsolete E with replacement E [and alternative E, E]",
        ),
        "NodeObsoletionWithNoDirectReplacement": ("obsolete E with alternative E, E",),
        "MultiNodeObsoletion": ("obsolete E, E", "begin obsoletion; obsolete E; end"),
        "NodeUnobsoletion": (
            "unobsolete E",
            "unobsolete E without replacement E [and alternative E]",
            "unobsolete E without alternative E",
        ),
        "NodeDirectMerge": ("merge E into E [with alternative E, E]",),
        "NodeDeletion": ("delete E",),
        "NodeIdChange": ("change id of E to E",),
        "NodeRename": (
            "rename E from 'a' to 'b'",
            "rename E to 'b'",
            "rename 'a' to 'b'",
            "rename node 'a' to 'b'",
        ),
        "SetLanguageForName": ("change language of E [from @en] to @de",),
        "NameBecomesSynonym": (
            "rename E [from 'a'] to 'b' retaining [exact] synonym",
            "rename 'a' to 'b' retaining [exact] synonym",
        ),
        "NewSynonym": (
            "create [exact] synonym 's' for E [with predicate P]",
            "add [exact] synonym 's' to E [with predicate P]",
        ),
        "RemoveSynonym": ("remove [exact] synonym 's' for E",),
        "SynonymReplacement": (
            "change [exact] synonym 's' for E to 't'",
            "change [exact] synonym from 's' to 't' for E",
            "replace [exact] synonym 's' of E with 't'",
        ),
        "SynonymPredicateChange": ("change scope of synonym 's' for E [from exact] to narrow",),
        "SynonymTypeChange": ("change synonym type of 's' for E [from E] to E",),
        "NodeSynonymChange": (
            "change synonyms of E from 's' [to 't']",
            "change synonyms of E to 't'",
        ),
        "NewTextDefinition": ("add definition 'd' to E",),
        "RemoveTextDefinition": ("remove definition ['d'] for E",),
        "TextDefinitionReplacement": ("change definition of E [from 'd'] to 'e'",),
        "NodeAnnotationChange": (
            "change annotation of E with P from V to V",
            "add annotation P V to E",
            "remove annotation P V from E",
        ),
        "NodeAnnotationReplacement": ("replace annotation of E with P [from V] to V",),
        "NewMapping": ("add mapping V to E [with predicate P]",),
        "RemoveMapping": ("remove mapping V from E [with predicate P]",),
        "MappingReplacement": ("change mapping of E [with predicate P] from V to V",),
        "MappingPredicateChange": ("change predicate of mapping [V] of E from P to P",),
        "NodeMappingChange": ("change mappings of E from V [to V]", "change mappings of E to V"),
        "MappingCreation": ("create mapping S P O",),
        "NewMetadataAssertion": ("add metadata P V to E",),
        "RemoveMetadataAssertion": ("remove metadata P V from E",),
        "MetadataAssertionReplacement": ("change metadata of E [with predicate P] from V to V",),
        "MetadataAssertionPredicateChange": ("change predicate of metadata [V] of E from P to P",),
        "NodeMetadataAssertionChange": (
            "change record of E from V [to V]",
            "change record of E to V",
        ),
        "AddNodeToSubset": ("add E to subset E",),
        "RemoveNodeFromSubset": ("remove E from subset E",),
        "EdgeCreation": ("create edge S P O", "add edge S P O"),
        "EdgeDeletion": ("delete edge S P O", "remove edge S P O"),
        "EdgeObsoletion": ("obsolete edge S P O",),
        "EdgeRewiring": ("rewire edge S P O from E to E",),
        "PlaceUnder": ("place S under O",),
        "RemoveUnder": ("remove S from under O",),
        "NodeMove": ("move S [P [O]] from O to E", "move S [P] under E"),
        "NodeDeepening": ("deepen S [P [O]] from O to E", "deepen S [P] under E"),
        "NodeShallowing": ("shallow S [P [O]] from O to E", "shallow S [P] under E"),
        "PredicateChange": ("change relationship between S and O from P to P",),
        "EdgeLogicalInterpretationChange": ("change quantifier of edge S P O [from some] to only",),
        "LogicalAxiomChange": (
            "change axiom from F to F",
            "add axiom F",
            "remove axiom F",
        ),
        "Transaction": ("begin; delete E; end",),
        "StatementAddition": ("add statement S P V",),
        "StatementRemoval": ("remove statement S P V",),
    }
)
