"""Comments after values: which tags allow one, and where it begins."""

from __future__ import annotations

import re
from typing import Final

from ingest.clauses import split_comment, split_listed_comment
from ingest.tags import (
    CHAINS,
    CHARACTERISTICS,
    FLAGS,
    GROUPS,
    HIERARCHICAL,
    METADATA_TAG,
    NODES,
    OLD_SYNONYMS,
    QUOTED,
    TRANSITIVE_OVER,
)

_LISTED: Final = frozenset({"synonym", *QUOTED, *OLD_SYNONYMS})
_COMMENTED: Final = frozenset(
    {"relationship", "is-a", METADATA_TAG, TRANSITIVE_OVER}
    | GROUPS.keys()
    | CHAINS.keys()
    | NODES.keys()
    | HIERARCHICAL.keys()
    | CHARACTERISTICS.keys()
    | FLAGS.keys()
)
_TYPED_TEXT: Final = re.compile(r"[^\s\"]\S* [^\"].* xsd:\w+")


def comment_of(tag: str, value: str) -> tuple[str, str]:
    """A value without its comment, where its tag allows one, and the comment."""
    if tag in _LISTED:
        return split_listed_comment(value)
    if tag in _COMMENTED or (tag == "property_value" and not _TYPED_TEXT.fullmatch(value)):
        bare = split_comment(value)
        return bare, value[len(bare) :].lstrip()
    return value, ""
