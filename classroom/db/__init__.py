"""The database: engine, statements, reads and writes."""
