"""Tables that are kept beside the store: a Parquet file each, and a manifest that is written last.

An interrupted run leaves nothing that counts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from graph.errors import NotFoundError
from kgdelta.errors import UsageError
from kgdelta.files import replacing

if TYPE_CHECKING:
    from collections.abc import Collection
    from dataclasses import Field
    from pathlib import Path
    from typing import ClassVar

    from _typeshed import DataclassInstance

T = TypeVar("T")


class Kept(Protocol):
    """A dataclass that is told in a manifest."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str:
        """What all that decides the table comes to."""


def as_json(told: dict[str, Any]) -> dict[str, Any]:
    """Settings as JSON gives them back, sets in order."""
    found: dict[str, Any] = json.loads(json.dumps(told, default=_plain))
    return found


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else value.value


def named(*told: object) -> str:
    """A short name of all that decides something."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def record_of(row: DataclassInstance) -> dict[str, Any]:
    """A row's fields by name, lists for tuples: what JSON, Parquet and data frames hold."""
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def fields_of(record: dict[str, Any]) -> dict[str, Any]:
    """The fields that a record was made of."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}


def write_table(
    folder: Path, name: str, about: Kept, rows: list[dict[str, Any]], schema: dict[str, Any]
) -> None:
    """The table, and then its manifest."""
    import polars

    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / f"{name}.parquet") as stream:
        polars.DataFrame(rows, schema=schema).write_parquet(stream)
    text = json.dumps({"id": about.id, **asdict(about)}, indent=1, sort_keys=True) + "\n"
    with replacing(folder / f"{name}.json") as stream:
        stream.write(text.encode())


def now() -> str:
    """The time, as manifests say it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def manifest(path: Path) -> dict[str, Any]:
    """What a manifest says, without its id. Raises UsageError where it is damaged."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        told.pop("id")
    except (ValueError, AttributeError, KeyError) as error:
        raise UsageError(f"{path}: damaged manifest ({error}); delete it") from None
    found: dict[str, Any] = told
    return found


def made(path: Path, kind: type[T], told: dict[str, Any]) -> T:
    """What a manifest tells of. Raises UsageError where it says something else."""
    try:
        return kind(**told)
    except TypeError as error:
        raise UsageError(f"{path}: damaged manifest ({error}); delete it") from None


def records(path: Path, column: str, values: Collection[str] | None) -> list[dict[str, Any]]:
    """The rows of a table, or those with some values in a column.

    Raises NotFoundError, UsageError.
    """
    import polars

    if not path.exists():
        raise NotFoundError("file", str(path), "delete its manifest and run it again")
    try:
        frame = polars.scan_parquet(path)
        if values is not None:
            frame = frame.filter(polars.col(column).is_in(list(values)))
        return frame.collect().to_dicts()
    except (polars.exceptions.PolarsError, OSError) as error:
        told = f"{path}: damaged table ({type(error).__name__}); delete it"
        raise UsageError(told) from None
