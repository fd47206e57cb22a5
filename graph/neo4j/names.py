"""Branches and tags as people make and delete them, inside a transaction."""

from __future__ import annotations

from graph.errors import NotFoundError
from graph.neo4j.ledger import Ledger
from graph.neo4j.recording import Recording
from graph.neo4j.server import Work
from graph.store import Branch, Tag


class NameWriting:
    """Writes the names of one graph. A branch is a name for a commit, so starting one is free."""

    def __init__(self, work: Work, ledger: Ledger, graph: str, recording: Recording) -> None:
        self._work = work
        self._ledger = ledger
        self._graph = graph
        self._recording = recording

    def create_branch(self, name: str, version: str) -> Branch:
        """Start a branch at a version. Raises AlreadyExistsError, InvalidNameError."""
        self._recording.versions.check_new("branch", name)
        return self.start(name, self._recording.versions.commit_or_empty(version))

    def start(self, name: str, number: int | None) -> Branch:
        """A new branch at a commit, or at nothing."""
        query = "CREATE (:Branch {graph: $graph, name: $name})"
        self._work.rows(query, graph=self._graph, name=name)
        self._ledger.branches[name] = number
        if number is None:
            return Branch(name, None)
        self._recording.point(name, number)
        return Branch(name, self._ledger.place(number).id)

    def delete_branch(self, name: str) -> None:
        """Forget the name of a branch; its commits stay.

        Raises NotFoundError, InvalidNameError, ProtectedBranchError.
        """
        row = self._recording.versions.branch(name)
        self._recording.versions.check_removable(name)
        self._recording.check_open(row)
        query = "MATCH (b:Branch {graph: $graph, name: $name}) DETACH DELETE b"
        self._work.rows(query, graph=self._graph, name=name)
        del self._ledger.branches[name]

    def create_tag(self, name: str, version: str) -> Tag:
        """Name a commit. Raises AlreadyExistsError, InvalidNameError, NotFoundError."""
        self._recording.versions.check_new("tag", name)
        number = self._recording.versions.commit(version)
        query = (
            "MATCH (c:Commit {graph: $graph, number: $head}) "
            "CREATE (:Tag {graph: $graph, name: $name, head: $head})-[:HEAD]->(c)"
        )
        self._work.rows(query, graph=self._graph, name=name, head=number)
        self._ledger.tags[name] = number
        return Tag(name, self._ledger.place(number).id)

    def delete_tag(self, name: str) -> None:
        """Forget a tag. Raises NotFoundError."""
        if name not in self._ledger.tags:
            raise NotFoundError("tag", name, "`kgdelta tag` lists them")
        query = "MATCH (t:Tag {graph: $graph, name: $name}) DETACH DELETE t"
        self._work.rows(query, graph=self._graph, name=name)
        del self._ledger.tags[name]
