"""The file for containers: one that can be read, with the version and the rules of the tests."""

from __future__ import annotations

from pathlib import Path

import yaml

from kgdelta.local_neo4j import VERSION


def test_it_starts_the_version_that_is_tested_and_holds_no_password(root: Path) -> None:
    text = (root / "compose.yaml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    server = found["services"]["neo4j"]
    assert server["image"] == f"neo4j:{VERSION}-community"
    assert all(port.startswith("127.0.0.1:") for port in server["ports"])
    (secret,) = server["secrets"]
    assert server["environment"]["NEO4J_AUTH_FILE"] == f"/run/secrets/{secret}"
    kept = found["secrets"][secret]["file"].removeprefix("./")
    assert kept in (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert set(found["volumes"]) == {place.split(":")[0] for place in server["volumes"]}
