"""Changes as data: documents of the official KGCL schema, and fields for programs.

A document of the schema is a session, ``{change_set: [...], activity_set: [...]}``; a bare list,
one change, and JSON Lines are read too. ``from_schema(to_schema(changes)) == changes`` for all
changes, and what a document says that changes have no field for comes back when it is written
(:mod:`kgcl.schema_rest`).
"""

from __future__ import annotations

from kgcl.schema_fields import from_fields, to_fields
from kgcl.schema_files import dump_json, dump_yaml, load_json, load_yaml
from kgcl.schema_reading import from_schema
from kgcl.schema_slots import SchemaError
from kgcl.schema_writing import to_schema

__all__ = [
    "SchemaError",
    "dump_json",
    "dump_yaml",
    "from_fields",
    "from_schema",
    "load_json",
    "load_yaml",
    "to_fields",
    "to_schema",
]
