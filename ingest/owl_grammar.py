# Moved to graph/owl_grammar.py (the change language needs it too): edit there, import from graph.owl_grammar.
from graph.owl_grammar import *  # noqa: F403
