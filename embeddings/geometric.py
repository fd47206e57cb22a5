"""torch_geometric, imported late and without the warnings of its import."""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType


def geometric(name: str) -> ModuleType:
    """A module of torch_geometric by its name in it, such as ``data``."""
    with warnings.catch_warnings():
        # torch_geometric compiles with torch.jit.script on import, which torch 2.10+ deprecates.
        warnings.filterwarnings("ignore", message=".*torch.jit", category=FutureWarning)
        warnings.filterwarnings("ignore", message=".*torch.jit", category=DeprecationWarning)
        return import_module(f"torch_geometric.{name}")
