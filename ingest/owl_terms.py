# Moved to graph/owl_terms.py (the change language needs it too): edit there, import from graph.owl_terms.
from graph.owl_terms import *  # noqa: F403
