"""By what the drift of terms is put together; light, since commands offer it."""

from __future__ import annotations

from enum import Enum


class Grouping(Enum):
    """By what terms are put together."""

    BRANCH = "branch"
    NAMESPACE = "namespace"
    RELEASE = "release"
