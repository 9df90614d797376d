"""Identity's conversation with PostgreSQL."""
