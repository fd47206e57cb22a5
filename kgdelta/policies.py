"""Which policy a call goes by: the named one, the graph's settings, a ``kgcl.toml``, options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from graph.errors import NotFoundError
from kgcl.policy import Policy, Restore, named_policy, policy_of
from kgcl.policy_settings import POLICY_FILE, read_settings

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.ids import IdPolicy
    from kgcl.policy_settings import Settings


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """What a call says of its policy, before the graph is known that it is for.

    ``name`` takes the place of what obsolete, merge and the like do; what guards (protected
    nodes, required fields, ids) still holds. ``author`` owns the id range that settings name
    without an owner. ``from_history`` restores what an unobsoletion can.
    """

    name: str | None = None
    settings: Settings | None = None
    author: str = ""
    from_history: bool = False

    def on(self, snapshot: Snapshot) -> Policy:
        """The policy for a graph. Raises ChangeError, NotFoundError, UsageError."""
        policy = policy_of(snapshot)
        if self.settings is not None:
            policy = self.settings.over(policy)
            ids = self._ids(self.settings)
            policy = replace(policy, ids=ids) if ids else policy
        if self.name is not None:
            policy = named_policy(self.name).guarded_as(policy)
        return replace(policy, restore=Restore.HISTORY) if self.from_history else policy

    def _ids(self, settings: Settings) -> IdPolicy | None:
        """The ids of a file of ranges that settings name, which stands beside them."""
        if not settings.ids_file:
            return None
        from kgcl.ids import Order
        from kgdelta.new_ids import id_policy

        file = Path(settings.source).parent / settings.ids_file
        owner = settings.values.get("ids.owner")
        return id_policy(str(file), owner, self.author, settings.id_order is Order.RANDOM)


#: A policy, what a call says of it, or None for that of the graph.
PolicySource: TypeAlias = Union[Policy, PolicyChoice, None]


def policy_on(source: PolicySource, snapshot: Snapshot) -> Policy:
    """The policy that a source comes to for a graph."""
    if isinstance(source, PolicyChoice):
        return source.on(snapshot)
    return source or policy_of(snapshot)


def read_policy_file(path: Path) -> Settings:
    """The settings of a ``kgcl.toml``. Raises NotFoundError, PolicyError."""
    from kgcl.policy_settings import PolicyError

    if not path.is_file():
        raise NotFoundError("file", str(path))
    try:
        return read_settings(path.read_text("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise PolicyError(f"not UTF-8 at byte {error.start + 1}", str(path)) from None


def policy_file_beside(ontology: Path) -> Path | None:
    """The ``kgcl.toml`` of an ontology file: beside it, else further up in its repository."""
    folder = ontology.resolve().parent
    above = [folder, *folder.parents]
    root = next((place for place in above if (place / ".git").exists()), folder)
    for place in above[: above.index(root) + 1]:
        if (place / POLICY_FILE).is_file():
            return place / POLICY_FILE
    return None


def choose_policy(
    name: str | None,
    file: str | None,
    ontology: Path | None = None,
    author: str = "",
    from_history: bool = False,
) -> PolicyChoice:
    """What ``--policy`` and ``--policy-file`` say, and what stands beside an ontology file.

    Raises ChangeError, NotFoundError, PolicyError.
    """
    if name is not None:
        named_policy(name)
    found = Path(file) if file else policy_file_beside(ontology) if ontology else None
    settings = read_policy_file(found) if found else None
    return PolicyChoice(name, settings, author, from_history)
