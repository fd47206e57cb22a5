"""The options that commands share, and the store they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import click

from kgdelta import settings

if TYPE_CHECKING:
    from graph.store import Store
    from kgcl.policy import Policy


@dataclass(frozen=True, slots=True)
class Session:
    """Where a command works: store, graph and branch, and whether it answers in JSON."""

    url: str
    graph: str
    branch: str
    json: bool

    @property
    def shown(self) -> str:
        """The URL as people may see it."""
        from graph.neo4j.server import without_secrets

        return without_secrets(self.url)

    @contextmanager
    def store(self, create: bool = False) -> Iterator[Store]:
        """The store, closed again afterwards. Raises NotFoundError and its siblings."""
        from graph.store import open_store

        store = open_store(self.url, self.graph, create, *settings.neo4j_login())
        try:
            yield store
        finally:
            store.close()


def store_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--store``, ``--graph``, ``--branch`` and ``--json``; pass a :class:`Session` first."""

    @click.option("--store", "store", metavar="URL", help="Store to use (default: ./kg.db).")
    @click.option("--graph", default="default", metavar="NAME", help="Graph in the store.")
    @click.option("--branch", default="main", metavar="NAME", help="Branch to work on.")
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    def wrapped(
        store: str | None, graph: str, branch: str, as_json: bool, **arguments: Any
    ) -> None:
        command(Session(settings.store_url(store), graph, branch, as_json), **arguments)

    return update_wrapper(wrapped, command)


valid_at_option = click.option(
    "--valid-at",
    "moment",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    metavar="DATE",
    help="Only what is valid in the world then, by valid_from and valid_to.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")

policy_option = click.option(
    "--policy", metavar="NAME", help="What obsoletion does: obo or flag (default: the graph's)."
)

policy_file_option = click.option(
    "--policy-file",
    metavar="FILE",
    help="Settings of a policy (default: the kgcl.toml beside --input, or above it).",
)


def policy_named(name: str | None) -> Policy | None:
    """The policy that ``--policy`` names, None for the graph's own."""
    from kgcl.policy import named_policy

    return named_policy(name) if name else None
