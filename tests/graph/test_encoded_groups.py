"""Sets of qualifiers as bytes: canonical however they are found to be, and decoded when asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.decoding import decode_qualifiers
from graph.encoded_groups import EncodedGroups, encoded, mentions
from graph.model import Literal, Qualifier, canonical_qualifiers, encode_qualifiers
from tests.graph.strategies import any_text, nodes, qualifiers

#: Qualifiers that stand close to each other in the canonical order.
NEAR = st.builds(
    Qualifier,
    st.sampled_from(("urn:p:a", "urn:p:b", "urn:p:é", "urn:p:aa")),
    st.one_of(st.builds(Literal, any_text), nodes, st.just(Literal("a", language="en"))),
)
GROUPS = st.lists(st.one_of(NEAR, qualifiers), max_size=4)


@given(GROUPS)
def test_canonical_is_sorted_by_bytes(group: list[Qualifier]) -> None:
    canonical = canonical_qualifiers(group)
    assert list(canonical) == sorted(set(group), key=Qualifier.encode)
    assert canonical_qualifiers(canonical) == canonical


@given(st.lists(GROUPS.map(canonical_qualifiers), max_size=4))
def test_groups_are_what_they_encode(groups: list[tuple[Qualifier, ...]]) -> None:
    held = EncodedGroups([encode_qualifiers(group) for group in groups])
    assert list(held) == groups
    assert list(held[1:]) == groups[1:]
    assert encoded(held) == encoded(groups)
    assert mentions(held.encoded) == {
        place: nodes
        for place, group in enumerate(groups)
        if (nodes := {node for qualifier in group for node in qualifier.mentions()})
    }


@given(GROUPS.map(canonical_qualifiers), st.data())
def test_bytes_that_are_cut_are_refused(group: tuple[Qualifier, ...], data: st.DataObject) -> None:
    content = encode_qualifiers(group)
    cut = content[: data.draw(st.integers(0, len(content) - 1))]
    for damaged in (cut, content + b"x"):
        with pytest.raises(ValueError, match=r"."):
            decode_qualifiers(damaged)
