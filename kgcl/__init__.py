"""KGCL, the Knowledge Graph Change Language: parse, render, apply, diff."""
