# Moved to graph/owl_kinds.py (the change language needs it too): edit there, import from graph.owl_kinds.
from graph.owl_kinds import *  # noqa: F403
