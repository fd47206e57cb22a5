"""A range of commits as one portable file that can be checked, as git's bundles are.

A bundle is gzip over UTF-8 JSON Lines. The first line is the header: format, version, graph,
``requires`` (commits that the receiver must have), branches, tags, number of commits. Then, for
each commit, parents first: a line with its fields and counts (:mod:`graph.bundle_lines`), its
removed and then its added statements (:mod:`graph.statement_json`), one a line, in canonical
order. The last line has the SHA-256 of everything before it.
"""

from __future__ import annotations

import gzip
import hashlib
import heapq
import os
import shutil
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from io import BufferedReader
from itertools import islice
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import IO, Final, TypeAlias

from graph.bundle_lines import (
    END_LENGTH,
    BundleInfo,
    decode_commit,
    decode_header,
    encode_commit,
    encode_end,
    encode_header,
)
from graph.commit import Commit
from graph.errors import CorruptBundleError
from graph.model import Delta, Statement, hash_of_digests
from graph.statement_json import decode_statements, encode_statement
from graph.store import Store
from graph.vocabulary import ERASED

__all__ = ["Bundle", "BundleInfo", "read_bundle", "verify_bundle", "write_bundle"]

Source: TypeAlias = "str | os.PathLike[str] | IO[bytes]"

# Level 6 costs as much time again as reading the store does, for a fifth less space.
_LEVEL: Final = 3
_BLOCK: Final = 1 << 20
_BATCH: Final = 100
_LONGEST_HEADER: Final = 1 << 26


def write_bundle(
    store: Store,
    target: Source,
    versions: Collection[str],
    without: Collection[str] = (),
    tags: bool = True,
) -> BundleInfo:
    """Write what versions descend from, less what ``without`` descends from.

    Branches and tags named in ``versions`` go along by name; with ``tags`` so does every tag of a
    commit in the bundle. Equal content gives equal bytes. A file appears only once it is whole.
    Raises NotFoundError, CorruptBundleError where the store gives what does not add up, OSError.
    """
    heads = {b.name: b.head for b in store.branches() if b.head and b.name in versions}
    known = {tag.name: tag.commit for tag in store.tags() if tag.name not in heads}
    wanted = [heads.get(v) or known.get(v) or store.resolve(v) for v in versions]
    order, outside = _in_order(store.past(wanted, [store.resolve(v) for v in without]))
    inside = set(order)
    named = {n: c for n, c in known.items() if n in versions or (tags and c in inside)}
    requires = outside | ({*heads.values(), *named.values()} - inside)
    info = BundleInfo(store.graph, tuple(sorted(requires)), heads, named, len(order))
    with _writing(target) as stream, gzip.GzipFile("", "wb", _LEVEL, stream, mtime=0) as packed:
        sha = hashlib.sha256()
        for block in _blocks(_content(store, info, order, _name(target))):
            sha.update(block)
            packed.write(block)
        packed.write(encode_end(sha.digest()))
    return info


def read_bundle(source: Source) -> Bundle:
    """Open a bundle and check its header and its checksum, over the whole file.

    A stream that cannot go back is copied to a temporary file first; close the bundle to be rid of
    it. Raises CorruptBundleError, OSError.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return Bundle(_name(source), lambda: path.open("rb"))
    if source.seekable():
        return Bundle(_name(source), _again(source))
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        shutil.copyfileobj(source, copy)
        copy.seek(0)
        return Bundle(_name(source), _again(copy), copy.close)
    except BaseException:
        copy.close()
        raise


def verify_bundle(source: Source) -> BundleInfo:
    """Read a bundle to its end and check everything. Raises CorruptBundleError, OSError."""
    with read_bundle(source) as bundle:
        for _ in bundle.commits():
            pass
        return bundle.info


class Bundle:
    """A bundle whose checksum holds; its commits are read one by one, as they are asked for."""

    def __init__(
        self,
        name: str,
        opened: Callable[[], AbstractContextManager[IO[bytes]]],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._opened = opened
        self._close = close
        with self._unpacked() as stream:
            self.info = self._checked(stream)

    def __enter__(self) -> Bundle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up what the bundle holds; a stream that was handed in stays open."""
        self._close()

    def commits(self) -> Iterator[tuple[Commit, Delta]]:
        """Commits with their deltas, parents first, each checked before it is handed out.

        Several bundles, but not several walks at once, may read one stream.
        Raises CorruptBundleError.
        """
        known = set(self.info.requires)
        with self._unpacked() as stream:
            stream.readline()
            for number in range(1, self.info.commits + 1):
                commit, delta = self._commit(stream, number)
                if commit.id in known or not known.issuperset(commit.parents):
                    raise self._corrupt(f"commit {commit.short} does not follow its parents, once")
                known.add(commit.id)
                yield commit, delta
            if len(stream.read(END_LENGTH + 1)) != END_LENGTH:
                raise self._corrupt("it goes on after its last commit")
        missing = {*self.info.branches.values(), *self.info.tags.values()} - known
        if missing:
            raise self._corrupt(f"a name stands for commit {min(missing)[:12]}, which is not in it")

    def _checked(self, stream: BufferedReader) -> BundleInfo:
        """What the header says; then the checksum of all of it."""
        header = stream.readline(_LONGEST_HEADER)
        try:
            info = decode_header(header)
        except ValueError as error:
            raise self._corrupt(str(error)) from error
        sha = hashlib.sha256()
        end = header
        while block := stream.read(_BLOCK):
            held = end + block
            sha.update(held[:-END_LENGTH])
            end = held[-END_LENGTH:]
        if end != encode_end(sha.digest()):
            raise self._corrupt("its checksum does not match: get it again")
        return info

    def _commit(self, stream: BufferedReader, number: int) -> tuple[Commit, Delta]:
        try:
            commit, removed, added = decode_commit(stream.readline())
        except ValueError as error:
            raise self._corrupt(f"commit {number} of {self.info.commits}: {error}") from error
        try:
            delta = Delta(_statements(stream, removed), _statements(stream, added))
            digest = delta.digest()
        except (ValueError, RecursionError) as error:
            raise self._corrupt(f"commit {commit.short}: {error}") from error
        if not commit.adds_up:
            raise self._corrupt(f"the record of commit {commit.short} does not match its id")
        if digest != commit.delta:
            raise self._corrupt(f"the statements of commit {commit.short} do not match its hash")
        return commit, delta

    @contextmanager
    def _unpacked(self) -> Iterator[BufferedReader]:
        try:
            with self._opened() as stream, gzip.GzipFile("", "rb", fileobj=stream) as packed:
                # GzipFile runs Python for every line; a reader around it does not.
                yield BufferedReader(packed, _BLOCK)
        except EOFError as error:
            raise self._corrupt("it is cut off: get it again") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self._corrupt(f"it is damaged or not a bundle of kgdelta ({error})") from error

    def _corrupt(self, reason: str) -> CorruptBundleError:
        return CorruptBundleError(self._name, " ".join(reason.split()))


def _statements(stream: BufferedReader, count: int) -> frozenset[Statement]:
    """The statements of the next lines. Raises ValueError."""
    found: set[Statement] = set()
    for start in range(0, count, _BATCH):
        lines = [line.decode() for line in islice(stream, min(_BATCH, count - start))]
        found.update(decode_statements(lines))
    if len(found) != count:
        raise ValueError("a statement is repeated or missing")
    return frozenset(found)


def _in_order(commits: Iterable[Commit]) -> tuple[list[str], set[str]]:
    """Ids of commits, parents first, then by time: the same from whatever store.

    Beside them, the parents that are not among the commits.
    """
    missing: dict[str, int] = {}
    moments: dict[str, tuple[str, str]] = {}
    children: defaultdict[str, list[str]] = defaultdict(list)
    for commit in commits:
        moments[commit.id] = (commit.committed.isoformat(), commit.id)
        missing[commit.id] = len(commit.parents)
        for parent in commit.parents:
            children[parent].append(commit.id)
    outside = children.keys() - moments.keys()
    for parent in outside:
        for child in children[parent]:
            missing[child] -= 1
    ready = [moments[commit] for commit, count in missing.items() if not count]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, commit_id = heapq.heappop(ready)
        order.append(commit_id)
        for child in children[commit_id]:
            missing[child] -= 1
            if not missing[child]:
                heapq.heappush(ready, moments[child])
    return order, outside


def _content(store: Store, info: BundleInfo, order: list[str], name: str) -> Iterator[bytes]:
    """The lines of a bundle but the last."""
    yield encode_header(info)
    for commit_id in order:
        commit, delta = store.show(commit_id), store.delta(commit_id)
        removed, added = _encoded(delta.removed), _encoded(delta.added)
        digests = [[_digest(*pair) for pair in side] for side in (removed, added)]
        if not commit.adds_up or hash_of_digests(*digests) != commit.delta:
            reason = f"not written: commit {commit.short} is damaged in {store.url}, verify it"
            raise CorruptBundleError(name, reason)
        yield encode_commit(commit, len(removed), len(added))
        for _, statement in (*removed, *added):
            yield f"{encode_statement(statement)}\n".encode()


def _encoded(statements: Iterable[Statement]) -> list[tuple[bytes, Statement]]:
    """Statements in canonical order, each with its canonical bytes."""
    return sorted(((s.encode(), s) for s in statements), key=itemgetter(0))


def _digest(encoded: bytes, statement: Statement) -> bytes:
    if statement.predicate == ERASED:
        return statement.digest()
    return hashlib.sha256(encoded).digest()


def _blocks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines joined to blocks: a call to gzip for each line would cost more than the packing."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _name(source: Source) -> str:
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    return str(getattr(source, "name", "bundle"))


def _again(stream: IO[bytes]) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    """Reading a stream from where it now is, as often as wanted."""
    start = stream.tell()

    def opened() -> AbstractContextManager[IO[bytes]]:
        stream.seek(start)
        return nullcontext(stream)

    return opened


@contextmanager
def _writing(target: Source) -> Iterator[IO[bytes]]:
    """A stream, or a new file that takes the place of its target at the end."""
    if not isinstance(target, (str, os.PathLike)):
        yield target
        return
    path = Path(target)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
