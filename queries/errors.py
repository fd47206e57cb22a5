"""Errors of questions."""

from __future__ import annotations

from graph.errors import KgdeltaError


class QueryError(KgdeltaError):
    """A question cannot be answered as it was put."""
