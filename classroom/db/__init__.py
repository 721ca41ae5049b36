"""The database: engine, statements, reads and writes. Only this package changes rows."""
