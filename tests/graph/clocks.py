"""A clock for tests: every commit is a second after the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Ticking:
    """Calling it gives the next second from the start of 2020 on."""

    def __init__(self) -> None:
        self.now = datetime(2020, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now
