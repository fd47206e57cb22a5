# Moved to graph/owl_axioms.py (the change language needs it too): edit there, import from graph.owl_axioms.
from graph.owl_axioms import *  # noqa: F403
