"""What a call asks for that imports a Neo4j database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgdelta import settings
from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph.neo4j.server import Address
    from graph.store import Store
    from ingest.neo4j_database import DatabaseMapping
    from kgdelta.databases import Telling
    from kgdelta.importing import Imported


def is_database(source: str) -> bool:
    """Whether a source to import is a Neo4j database and not a file."""
    if "://" not in source:
        return False
    from graph.neo4j.server import SCHEMES

    return source.partition("://")[0] in SCHEMES


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """How a database is to be read: what was given, None and nothing where it was not."""

    keys: tuple[str, ...] = ()
    label: str | None = None
    intervals: str | None = None
    in_place: bool = False

    def check(self, sources: tuple[str, ...], for_files: Mapping[str, object]) -> bool:
        """Whether the one source is a database. Raises UsageError for options of the other kind."""
        given = [source for source in sources if is_database(source)]
        if not given:
            own: dict[str, object] = {
                "--key": self.keys,
                "--label": self.label,
                "--intervals": self.intervals,
                "--in-place": self.in_place,
            }
            for name, said in own.items():
                if said:
                    raise UsageError(f"{name} is for a Neo4j database, neo4j://HOST/DATABASE")
            return False
        if len(sources) > 1:
            raise UsageError("a Neo4j database is imported alone")
        for name, value in for_files.items():
            if value:
                raise UsageError(f"{name} is for files, not for a Neo4j database")
        return True

    def mapping(self) -> DatabaseMapping | None:
        """The mapping that is asked for, None where nothing is said of it. Raises UsageError."""
        from ingest.neo4j_database import DatabaseMapping, parse_key

        if not self.keys and self.label is None and self.intervals is None:
            return None
        bounds = None
        if self.intervals is not None:
            first, comma, last = self.intervals.partition(",")
            if not first or not last or "," in last or not comma:
                raise UsageError(f"--intervals {self.intervals}: write FROM,TO")
            bounds = (first, last)
        return DatabaseMapping(tuple(map(parse_key, self.keys)), self.label or "name", bounds)

    def imports(
        self,
        store: Store,
        branch: str,
        url: str,
        prefixes: Mapping[str, str],
        telling: Telling,
        replaced: str | None,
    ) -> Iterator[Imported]:
        """Import the database. Raises UsageError, and what reading and committing raise."""
        from graph.neo4j.server import Address
        from kgdelta.databases import import_database
        from kgdelta.sources import OneSource

        address = Address.parse(url, *settings.neo4j_login())
        if self.in_place:
            yield self._take_over(store, branch, address, prefixes, telling, replaced)
            return
        target = OneSource(store, branch, replaced) if replaced else None
        yield from import_database(
            store, address, branch, self.mapping(), prefixes, telling, target
        )

    def _take_over(
        self,
        store: Store,
        branch: str,
        address: Address,
        prefixes: Mapping[str, str],
        telling: Telling,
        replaced: str | None,
    ) -> Imported:
        from graph.neo4j.store import Neo4jStore
        from graph.store import MAIN
        from kgdelta.databases import import_in_place

        for name, given in (("--intervals", self.intervals), ("--replace-source", replaced)):
            if given:
                raise UsageError(f"{name} cannot be given with --in-place")
        if branch != MAIN:
            raise UsageError("a database is taken over in place by the branch main")
        if not isinstance(store, Neo4jStore):
            raise UsageError("--in-place needs --store neo4j://HOST/DATABASE, that of FILE")
        return import_in_place(store, address, self.mapping(), prefixes, telling)
