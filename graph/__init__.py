"""Facts and their history: statements, snapshots, commits, and stores of them."""
