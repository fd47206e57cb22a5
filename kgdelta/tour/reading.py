"""The tour's files as documents, each read only as far as it is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kgdelta.importing import Release

if TYPE_CHECKING:
    from kgdelta.tour.releases import ReleaseFile


def as_releases(found: Iterable[ReleaseFile], ontology: str) -> Iterator[Release]:
    """Release files as releases to import, dated by their headers and named by their versions."""
    raise SystemExit
