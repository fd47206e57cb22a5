"""What a model, or an analysis on one, can refuse."""

from __future__ import annotations

from graph.errors import KgdeltaError


class TrainingError(KgdeltaError):
    """A graph, a configuration or a device does not allow what was asked."""

    def __init__(self, what: str, reason: str, hint: str = "") -> None:
        self.what = what
        self.reason = reason
        self.hint = hint
        super().__init__(f"{what}: {reason}" + (f"; {hint}" if hint else ""))
