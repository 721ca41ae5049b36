"""Count rows with triggers"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("students", "classes", "registrations")

TRIGGERS = {
    "sqlite": (
        """
        CREATE TRIGGER count_new_{table} AFTER INSERT ON {table} BEGIN
            INSERT INTO counts VALUES ('{table}', 0, 1)
            ON CONFLICT (counted, part) DO UPDATE SET number = number + 1;
        END
        """,
        """
        CREATE TRIGGER count_deleted_{table} AFTER DELETE ON {table} BEGIN
            INSERT INTO counts VALUES ('{table}', 0, -1)
            ON CONFLICT (counted, part) DO UPDATE SET number = number - 1;
        END
        """,
    ),
    "postgresql": (
        """
        CREATE TRIGGER count_new AFTER INSERT ON {table}
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows('1')
        """,
        """
        CREATE TRIGGER count_deleted AFTER DELETE ON {table}
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows('-1')
        """,
        """
        CREATE CONSTRAINT TRIGGER count_changed AFTER INSERT OR DELETE ON {table}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (current_setting('classroom.{table}', true) != '') EXECUTE FUNCTION count_rows()
        """,
        """
        CREATE TRIGGER count_none AFTER TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION count_no_rows()
        """,
    ),
}
# The first statement of a transaction updates the count. Further changes are added up in a custom
# setting and written at commit, since each version of a row makes the next update slower. A count
# has up to 64 parts, so that concurrent writers rarely wait for each other.
FUNCTIONS = (
    """
    CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql
    AS $$ DECLARE
        setting text := 'classroom.' || TG_TABLE_NAME;
        pending text := current_setting(setting, true);
        change bigint;
    BEGIN
        IF TG_LEVEL = 'ROW' THEN  -- deferred: the transaction commits
            change := pending;
        ELSE
            change := TG_ARGV[0]::int * (SELECT count(*) FROM changed);
            IF pending != '' THEN
                PERFORM set_config(setting, (pending::bigint + change)::text, true);
                RETURN NULL;
            END IF;
        END IF;
        IF change != 0 THEN
            INSERT INTO counts VALUES (TG_TABLE_NAME, pg_backend_pid() % 64, change)
            ON CONFLICT (counted, part) DO UPDATE SET number = counts.number + EXCLUDED.number;
            PERFORM set_config(setting, '0', true);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION count_no_rows() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
    AS $$ BEGIN
        DELETE FROM counts WHERE counted = TG_TABLE_NAME;
        PERFORM set_config('classroom.' || TG_TABLE_NAME, '0', true);
        RETURN NULL;
    END $$
    """,
)


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    op.create_table(
        "counts",
        sa.Column("counted", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("counted", "part", name="pk_counts"),
        # Leaves space on the page for new versions of a row, which is updated frequently.
        postgresql_with={"fillfactor": 10},
        sqlite_with_rowid=False,
    )
    if dialect == "postgresql":
        for statement in FUNCTIONS:
            op.execute(statement)
    for table in TABLES:
        op.execute(f"INSERT INTO counts SELECT '{table}', 0, count(*) FROM {table}")  # noqa: S608
        for statement in TRIGGERS[dialect]:
            op.execute(statement.format(table=table))


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    for table in TABLES:
        if dialect == "sqlite":
            op.execute(f"DROP TRIGGER count_new_{table}")
            op.execute(f"DROP TRIGGER count_deleted_{table}")
        else:
            for trigger in ("count_new", "count_deleted", "count_changed", "count_none"):
                op.execute(f"DROP TRIGGER {trigger} ON {table}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION count_rows")
        op.execute("DROP FUNCTION count_no_rows")
    op.drop_table("counts")
