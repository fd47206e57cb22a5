"""The tour's files as releases to import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ingest.dating import dated
from ingest.formats import read_bytes
from ingest.obo import OboReader
from kgdelta.importing import Release

if TYPE_CHECKING:
    from kgdelta.tour.releases import ReleaseFile


def as_releases(found: Iterable[ReleaseFile], ontology: str, author: str) -> Iterator[Release]:
    """Release files read one after the other, dated by their headers, named by their versions.

    Early headers name no ontology; one name for all keeps their relations the same nodes.
    """
    reader = OboReader()
    for file in found:
        document = read_bytes(file.content, file.name, "obo", ontology, reader=reader)
        yield Release(document, file.name, dated(document), author, tag=file.version)
