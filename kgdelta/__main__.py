"""``python -m kgdelta``."""

from __future__ import annotations

from kgdelta.cli import main

main()
