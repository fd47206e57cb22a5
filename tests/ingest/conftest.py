"""Fixtures of the formats: the tools of others that ours are compared with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.robot import NoRobotError, Robot, find_robot


@pytest.fixture(scope="session")
def robot(missing: Callable[[str], None]) -> Robot:
    """ROBOT, to convert ontologies with; the test is skipped where it cannot be had."""
    try:
        return find_robot()
    except NoRobotError as error:
        missing(str(error))
        raise
