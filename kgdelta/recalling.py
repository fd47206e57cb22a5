"""What a store remembers of how nodes became obsolete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.vocabulary import DEPRECATED
from kgcl.state import TRUE

if TYPE_CHECKING:
    from graph.model import Delta, Node
    from graph.store import Store
    from kgcl.state import Recall


def recall_from(store: Store, version: str) -> Recall:
    """Tells the delta of the commit that made a node obsolete, as seen from a version."""

    def recall(node: Node) -> Delta | None:
        for found in store.blame({node}, version):
            statement = found.statement
            if statement.predicate == DEPRECATED and statement.object == TRUE:
                return store.delta(found.commit.id)
        return None

    return recall
