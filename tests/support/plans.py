"""How a database executes a statement."""

from typing import Any

from sqlalchemy import Engine


def explain(engine: Engine, statement: str, parameters: Any) -> str:
    """Return the plan of a statement."""
    how = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # PostgreSQL prefers to scan such a small table if it can.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(f"{how} {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)
