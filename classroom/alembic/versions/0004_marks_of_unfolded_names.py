"""Mark rows whose name is written directly to the database, without its folded form

Startup folds the names of marked rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("students", "classes")

# A change of only case or accents marks the row too, since it keeps the folded name.
TRIGGERS = {
    "sqlite": (
        """
        CREATE TRIGGER mark_new_{table} AFTER INSERT ON {table} WHEN NEW.folded = '' BEGIN
            UPDATE {table} SET needs_folding = 1 WHERE id = NEW.id;
        END
        """,
        """
        CREATE TRIGGER mark_changed_{table} AFTER UPDATE OF name ON {table}
        WHEN NEW.name != OLD.name AND NEW.folded = OLD.folded BEGIN
            UPDATE {table} SET needs_folding = 1 WHERE id = NEW.id;
        END
        """,
    ),
    "postgresql": (
        """
        CREATE TRIGGER mark_new BEFORE INSERT ON {table}
        FOR EACH ROW WHEN (NEW.folded = '') EXECUTE FUNCTION mark_unfolded()
        """,
        # The function compares names: the type of a column that a trigger names cannot be altered.
        """
        CREATE TRIGGER mark_changed BEFORE UPDATE ON {table}
        FOR EACH ROW WHEN (NEW.folded = OLD.folded) EXECUTE FUNCTION mark_unfolded()
        """,
    ),
}
FUNCTION = """
    CREATE FUNCTION mark_unfolded() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN
        IF TG_OP = 'INSERT' OR NEW.name != OLD.name THEN
            NEW.needs_folding := true;
        END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        op.execute(FUNCTION)
    for table in TABLES:
        op.add_column(table, sa.Column("needs_folding", sa.Boolean, nullable=True))
        op.execute(f"UPDATE {table} SET needs_folding = true WHERE folded = ''")  # noqa: S608
        op.create_index(
            f"ix_{table}_needs_folding",
            table,
            ["needs_folding"],
            sqlite_where=sa.text("needs_folding = 1"),
            postgresql_where=sa.text("needs_folding"),
        )
        for statement in TRIGGERS[dialect]:
            op.execute(statement.format(table=table))


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    for table in TABLES:
        for trigger in ("mark_new", "mark_changed"):
            is_sqlite = dialect == "sqlite"
            op.execute(f"DROP TRIGGER {trigger}" + (f"_{table}" if is_sqlite else f" ON {table}"))
        op.drop_index(f"ix_{table}_needs_folding", table)
        op.drop_column(table, "needs_folding")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION mark_unfolded")
