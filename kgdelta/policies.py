"""Which policy a call goes by: the named one, the graph's settings, a ``kgcl.toml``, options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, Union

from graph.errors import NotFoundError
from graph.model import Literal, in_order
from graph.prefixes import ontology_node
from graph.vocabulary import OBSOLETION_POLICY, POLICY_SETTING
from kgcl.policy import POLICY_FILE, Policy, Restore, named_policy, policy_of

if TYPE_CHECKING:
    from graph.model import Node, Statement
    from graph.snapshot import Snapshot
    from kgcl.changes import Change
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
    from kgcl.policy_settings import PolicyError, read_settings

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
        found = place / POLICY_FILE
        if found.is_file():
            here = Path.cwd()
            return found.relative_to(here) if found.is_relative_to(here) else found
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


def telling_policy(name: str | None, before: str, snapshot: Snapshot) -> Policy:
    """The policy by which a difference is told: that of changes to its first state.

    Where that is a file, the ``kgcl.toml`` beside it counts, so that what is told does the same
    when it is applied there. Raises ChangeError, PolicyError.
    """
    path = Path(before)
    return choose_policy(name, None, path if path.is_file() else None).on(snapshot)


def described(choice: PolicyChoice, snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """Each key with its value, as TOML, and where it comes from.

    Raises ChangeError, NotFoundError, UsageError.
    """
    from kgcl.policy_keys import KEYS
    from kgcl.policy_settings import toml_value

    policy = choice.on(snapshot)
    kept = set(kept_settings(snapshot))
    own = set(choice.settings.values) if choice.settings else set()
    rows: list[tuple[str, str, str]] = []
    for name, key in KEYS.items():
        guarded = name.partition(".")[0] in GUARDS
        if key.field:
            value = getattr(policy, key.field)
        elif policy.ids is not None and name in own | kept:
            value = _id_setting(choice, policy.ids, name)
        else:
            continue
        if choice.name is not None and not guarded:
            source = "--policy"
        elif name in own and choice.settings is not None:
            source = choice.settings.source
        elif name in kept:
            source = "the graph"
        else:
            source = f"default of {policy.name}"
        rows.append((name, toml_value(value), source))
    return rows


#: Tables whose keys hold under any policy that is named.
GUARDS: Final = frozenset({"require", "label", "edge", "protect", "ids"})


def _id_setting(choice: PolicyChoice, ids: IdPolicy, name: str) -> object:
    values = choice.settings.values if choice.settings else {}
    allocated = {
        "ids.namespace": ids.namespace,
        "ids.digits": ids.digits,
        "ids.first": ids.range.first,
        "ids.last": ids.range.last,
        "ids.owner": ids.range.owner,
        "ids.order": ids.order.value,
    }
    return values.get(name, allocated.get(name, ""))


def kept_settings(snapshot: Snapshot) -> list[str]:
    """The keys that a graph keeps. Raises PolicyError."""
    from kgcl.policy_settings import IN_GRAPH, read_settings

    lines = sorted(_line(s) for s in _kept(snapshot, POLICY_SETTING))
    names = list(read_settings("\n".join(lines), IN_GRAPH).values)
    return [*names, "base"] if _kept(snapshot, OBSOLETION_POLICY) else names


def _kept(snapshot: Snapshot, predicate: Node) -> list[Statement]:
    found = snapshot.statements({ontology_node(snapshot)}, {predicate})
    return in_order(s for s in found if isinstance(s.object, Literal))


def _line(statement: Statement) -> str:
    return statement.object.value if isinstance(statement.object, Literal) else ""


def saving(settings: Settings, snapshot: Snapshot) -> list[Change]:
    """The changes that make a graph keep settings, in the place of those that it keeps.

    Raises PolicyError for what a graph cannot keep.
    """
    from kgcl.changes import Ref, StatementAddition, StatementRemoval, Text
    from kgcl.policy_settings import check_kept, setting_lines

    check_kept(settings)
    node, predicate = Ref(ontology_node(snapshot)), Ref(POLICY_SETTING)
    lines = setting_lines(settings)
    there = [_line(s) for s in _kept(snapshot, POLICY_SETTING)]
    named = _kept(snapshot, OBSOLETION_POLICY) if "base" in settings.values else []
    gone = [line for line in there if line not in lines]
    new = [line for line in lines if line not in there]
    return [
        *(StatementRemoval(node, Ref(OBSOLETION_POLICY), Text(_line(s))) for s in named),
        *(StatementRemoval(node, predicate, Text(line)) for line in gone),
        *(StatementAddition(node, predicate, Text(line)) for line in new),
    ]
