"""A pretend world for demonstrations and tests; refused in a live database."""
