"""A versioned graph on a Neo4j server, beside the embedded store; see NEO4J.md."""
