"""Models over snapshots: embeddings along a history, semantic shift, probable noise."""
