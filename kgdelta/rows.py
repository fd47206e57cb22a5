"""Results as sequences of rows, which become data frames when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from graph.errors import UnavailableError

if TYPE_CHECKING:
    import pandas as pd

    from kgcl.changes import Change
    from kgdelta.drifting import Shifted
    from kgdelta.proposals import Proposal
    from kgdelta.shift_files import KeptShift
    from kgdelta.suspicion_files import KeptJudgement
    from kgdelta.suspicions import ToldSuspicion

T = TypeVar("T")


class Rows(Sequence[T], Generic[T]):
    """A result: a sequence of rows that becomes a data frame when asked."""

    def __init__(self, rows: Iterable[T]) -> None:
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Rows[T]: ...
    def __getitem__(self, index: int | slice) -> T | Rows[T]:
        return Rows(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} rows)"

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame, a column per field. Raises UnavailableError without pandas."""
        try:
            import pandas as pd
        except ImportError:
            raise UnavailableError(
                "to_pandas()", "pandas is not installed", "pip install 'kgdelta[pandas]'"
            ) from None
        return pd.DataFrame([_record(row) for row in self._rows])


def _record(row: object) -> dict[str, Any]:
    if not is_dataclass(row):
        return {"value": row}
    return {field.name: getattr(row, field.name) for field in fields(row)}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change with its class, its text, and the sizes of its delta."""

    kind: str
    text: str
    added: int
    removed: int
    change: Change


class Changes(Rows[ChangeRow]):
    """The changes from one state to another, in the order in which they apply."""

    @property
    def text(self) -> str:
        """KGCL, one change a line; :func:`apply` takes it back."""
        return "".join(f"{row.text}\n" for row in self)


class Shifts(Rows["Shifted"]):
    """The nodes of both states by how far they moved, edited ones first.

    ``about`` holds the versions, every setting and seed, and what it took: it reproduces the rows.
    """

    def __init__(self, rows: Iterable[Shifted], about: KeptShift) -> None:
        super().__init__(rows)
        self.about = about

    @property
    def significant(self) -> Rows[Shifted]:
        """The nodes that shifted, at the false discovery rate that was asked for."""
        return Rows(row for row in self if row.significant)


class Suspicions(Rows["ToldSuspicion"]):
    """Statements by the probability that they are wrong, the most doubted first.

    ``about`` holds the version, every setting and what was found of kinds of mistakes;
    ``proposals`` are repairs of the first, where they were asked for.
    """

    def __init__(
        self,
        rows: Iterable[ToldSuspicion],
        about: KeptJudgement,
        proposals: Sequence[Proposal] = (),
    ) -> None:
        super().__init__(rows)
        self.about = about
        self.proposals = tuple(proposals)
