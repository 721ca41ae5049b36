"""Add source ids, and the times of creation and of the last change, to students and classes

Existing rows get the time of the migration. Defaults and triggers set the times of rows that are
written directly to the database or by the previous release.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("students", "classes")
TIMES = ("created_at", "updated_at")

# The format in which SQLAlchemy stores a time. SQLite's clock has milliseconds.
SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
SQLITE_REBUILD = (
    """
    CREATE TABLE new_{table} (
        id INTEGER CONSTRAINT pk_{table} PRIMARY KEY AUTOINCREMENT NOT NULL,
        name VARCHAR(64) NOT NULL CONSTRAINT name_length CHECK (length(name) BETWEEN 1 AND 64),
        folded TEXT DEFAULT '' NOT NULL,
        needs_folding BOOLEAN,
        source_id VARCHAR(255) CONSTRAINT source_id_length
            CHECK (length(source_id) BETWEEN 1 AND 255),
        created_at DATETIME DEFAULT ({now}) NOT NULL,
        updated_at DATETIME DEFAULT ({now}) NOT NULL
    )
    """,
    """
    INSERT INTO sqlite_sequence
    SELECT 'new_{table}', seq FROM sqlite_sequence WHERE name = '{table}'
    """,
    """
    INSERT INTO new_{table} (id, name, folded, needs_folding)
    SELECT id, name, folded, needs_folding FROM {table}
    """,
    "DROP TABLE {table}",
    "ALTER TABLE new_{table} RENAME TO {table}",
)
SQLITE_TRIGGER = """
    CREATE TRIGGER time_changed_{table} AFTER UPDATE OF name, source_id ON {table}
    WHEN NEW.updated_at = OLD.updated_at
    AND (NEW.name != OLD.name OR NEW.source_id IS NOT OLD.source_id) BEGIN
        UPDATE {table} SET updated_at = max(updated_at, {now}) WHERE id = NEW.id;
    END
"""
# The function compares the columns, because PostgreSQL cannot alter the type of a column to which
# the definition of a trigger refers.
POSTGRESQL_FUNCTION = """
    CREATE FUNCTION time_change() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
        IF NEW.name != OLD.name OR NEW.source_id IS DISTINCT FROM OLD.source_id THEN
            NEW.updated_at := greatest(OLD.updated_at, clock_timestamp());
        END IF;
        RETURN NEW;
    END $$
"""
POSTGRESQL_TRIGGER = """
    CREATE TRIGGER time_changed BEFORE UPDATE ON {table}
    FOR EACH ROW WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION time_change()
"""


def upgrade() -> None:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(POSTGRESQL_FUNCTION)
    for table in TABLES:
        (_rebuild if is_sqlite else _add_columns)(table)
        for column in TIMES:
            op.create_index(f"ix_{table}_{column}_id", table, [column, "id"])
        op.create_index(
            f"ix_{table}_source_id",
            table,
            ["source_id"],
            unique=True,
            sqlite_where=sa.text("source_id IS NOT NULL"),
            postgresql_where=sa.text("source_id IS NOT NULL"),
        )
        trigger = SQLITE_TRIGGER if is_sqlite else POSTGRESQL_TRIGGER
        op.execute(trigger.format(table=table, now=SQLITE_NOW))
    op.execute("UPDATE alembic_version SET oldest_code = '0006'")


def _rebuild(table: str) -> None:
    """Recreate a table, since SQLite cannot add a column whose default is not a constant.

    Its indexes, its triggers and the last id that it assigned would be lost with the old table.
    """
    lost = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type IN ('index', 'trigger')"
    )
    statements = op.get_bind().execute(lost, {"table": table}).scalars().all()
    rebuild = [statement.format(table=table, now=SQLITE_NOW) for statement in SQLITE_REBUILD]
    for statement in (*rebuild, *statements):
        op.get_bind().exec_driver_sql(statement)


def _add_columns(table: str) -> None:
    op.add_column(table, sa.Column("source_id", sa.String(255)))
    op.create_check_constraint("source_id_length", table, "length(source_id) BETWEEN 1 AND 255")
    for column in TIMES:
        # now() is the same for all rows, so PostgreSQL does not rewrite the table.
        time = sa.Column(
            column, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()
        )
        op.add_column(table, time)
        op.alter_column(table, column, server_default=sa.func.statement_timestamp())


def downgrade() -> None:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    for table in TABLES:
        trigger = f"time_changed_{table}" if is_sqlite else f"time_changed ON {table}"
        op.execute(f"DROP TRIGGER {trigger}")
        op.drop_index(f"ix_{table}_source_id", table)
        op.drop_column(table, "source_id")
        for column in TIMES:
            op.drop_index(f"ix_{table}_{column}_id", table)
            op.drop_column(table, column)
    if not is_sqlite:
        op.execute("DROP FUNCTION time_change")
