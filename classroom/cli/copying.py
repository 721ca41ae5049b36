"""Moving house: a whole database from one place to another."""

import hashlib
from collections.abc import Iterator
from typing import Any

import click
from sqlalchemy import Connection, Engine, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from ..db.engine import for_reading, for_writing, make_engine, open_database
from ..models.tables import Base, without_validation

_BATCH = 1000
# The others are kept by triggers.
_TABLES = [table for table in Base.metadata.sorted_tables if not table.info.get("is_derived")]

# An id is never given out twice, not even one whose row was deleted before the move.
_LAST_ID = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = :table",
    "postgresql": "SELECT pg_sequence_last_value("
    "CAST(pg_get_serial_sequence(:table, 'id') AS regclass))",
}
_GIVE_OUT_BEYOND = {
    "sqlite": (
        "DELETE FROM sqlite_sequence WHERE name = :table",
        "INSERT INTO sqlite_sequence VALUES (:table, :last)",
    ),
    "postgresql": ("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)",),
}


@click.command()
@click.option("--to", "url", required=True, help="The URL of the database to fill.")
@click.pass_obj
def copy(engine: Engine, url: str) -> None:
    """Copy the whole database, users too, into an empty one."""
    if make_engine({"sqlalchemy.url": url}).url == engine.url:
        raise click.ClickException("That is the same database.")
    target = open_database({"sqlalchemy.url": url})
    try:
        with for_reading(engine).begin() as here, for_writing(target).begin() as there:
            _lock(there)
            _refuse_rows(there)
            for table in _TABLES:
                _copy_table(table, here, there)
            _compare(here, there)
    except DBAPIError as error:
        raise click.ClickException(f"{error.orig}".strip()) from None
    finally:
        target.dispose()
    click.echo("Both sides agree; the copy is complete.")


def _lock(connection: Connection) -> None:
    """Keep a service that uses the target already from writing meanwhile."""
    if connection.dialect.name == "postgresql":
        tables = ", ".join(Base.metadata.tables)
        connection.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def _refuse_rows(connection: Connection) -> None:
    """:raises click.ClickException: where a table has a row."""
    for table in _TABLES:
        if _count(connection, table):
            raise click.ClickException(f"The target is not empty: it has {table.name}.")


def _copy_table(table: Table, here: Connection, there: Connection) -> None:
    with click.progressbar(length=_count(here, table), label=table.name) as bar:
        for rows in _rows(here, table):
            there.execute(insert(without_validation(table)), [dict(row._mapping) for row in rows])
            bar.update(len(rows))
    if "id" in table.c and (last := max(_last_id(here, table), _highest_id(here, table))):
        _give_out_ids_beyond(last, there, table)


def _compare(here: Connection, there: Connection) -> None:
    """:raises click.ClickException: where counts or checksums differ."""
    for table in _TABLES:
        if _checksum(here, table) != _checksum(there, table):
            raise click.ClickException(f"The copy of {table.name} differs; nothing was kept.")


def _checksum(connection: Connection, table: Table) -> tuple[int, str]:
    """The number of rows, and a hash of them all in the order of their key."""
    count, digest = 0, hashlib.blake2b()
    for rows in _rows(connection, table):
        for row in rows:
            count += 1
            digest.update(repr(tuple(row)).encode())
    return count, digest.hexdigest()


def _rows(connection: Connection, table: Table) -> "Iterator[Any]":
    statement = select(table).order_by(*table.primary_key)
    return connection.execution_options(yield_per=_BATCH).execute(statement).partitions()


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _last_id(connection: Connection, table: Table) -> int:
    statement = text(_LAST_ID[connection.dialect.name])
    return connection.execute(statement, {"table": table.name}).scalar() or 0


def _highest_id(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.max(table.c.id))).scalar() or 0


def _give_out_ids_beyond(last: int, connection: Connection, table: Table) -> None:
    for statement in _GIVE_OUT_BEYOND[connection.dialect.name]:
        connection.execute(text(statement), {"table": table.name, "last": last})
