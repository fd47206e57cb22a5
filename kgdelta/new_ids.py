"""Ids for what is created without one, from the ranges that an ontology gives its editors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graph.errors import NotFoundError
from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.ids import IdPolicy
    from kgcl.policy import Policy
    from kgdelta.policies import PolicySource


def id_policy(file: str | None, owner: str | None, author: str, random: bool) -> IdPolicy | None:
    """The ids that ``--id-ranges``, ``--id-owner`` and ``--random-ids`` mean, None without a file.

    The owner is the author where none is named. Raises UsageError, NotFoundError.
    """
    if file is None:
        if owner is not None or random:
            raise UsageError("--id-owner and --random-ids need --id-ranges FILE")
        return None
    from kgcl.errors import ChangeError
    from kgcl.ids import IdPolicy, Order, read_id_ranges

    path = Path(file)
    if not path.is_file():
        raise NotFoundError("file", file)
    try:
        ranges = read_id_ranges(path.read_text("utf-8", errors="replace"), file)
        mine = ranges.of(owner or author.partition("<")[0].strip())
    except ChangeError as error:
        raise UsageError(str(error)) from None
    order = Order.RANDOM if random else Order.NEXT
    return IdPolicy(ranges.namespace, ranges.digits, mine, order)


def with_ids(source: PolicySource, ids: IdPolicy | None, snapshot: Snapshot) -> Policy:
    """The policy for a graph, which gives these ids where there are any."""
    from kgdelta.policies import policy_on

    policy = policy_on(source, snapshot)
    return policy if ids is None else replace(policy, ids=ids)
