"""The tour: the whole product on real releases of a real ontology."""
