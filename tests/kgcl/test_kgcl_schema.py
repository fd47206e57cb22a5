"""KGCL as YAML and JSON: nothing is lost either way; mistakes are told with their place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgcl import changes as c
from kgcl.schema import (
    dump_json,
    dump_yaml,
    from_fields,
    from_schema,
    load_json,
    load_yaml,
    to_fields,
    to_schema,
)
from tests.kgcl.change_strategies import CHANGES, changes_of

DATA = Path(__file__).parent / "data" / "schema"


def survives(kind: type[c.Change], examples: int) -> None:
    @settings(max_examples=examples)
    @given(st.lists(changes_of(kind), min_size=1, max_size=2))
    def law(changes: list[c.Change]) -> None:
        plain = to_schema(changes)
        assert from_schema(plain) == changes
        assert to_schema(from_schema(plain)) == plain
        for change in changes:
            fields = json.loads(json.dumps(to_fields(change)))
            assert from_fields(kind.__name__, fields) == change

    law()


@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_what_is_written_reads_back(kind: type[c.Change]) -> None:
    survives(kind, 5)


@pytest.mark.long
@pytest.mark.parametrize("kind", c.ALL, ids=lambda kind: kind.__name__)
def test_what_is_written_reads_back_at_length(kind: type[c.Change]) -> None:
    survives(kind, 150)


@settings(max_examples=15)
@given(st.lists(CHANGES, max_size=3))
def test_yaml_and_json_hold_the_same(changes: list[c.Change]) -> None:
    assert load_yaml(dump_yaml(changes)) == changes
    assert load_json(dump_json(changes)) == changes
