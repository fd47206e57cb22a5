"""Questions over states and histories of a graph."""
