"""Add names without case and accents, for sorting and searching.

Startup folds the names of existing rows (classroom.db.backfill).
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Folded = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

TABLES = {"students": "student_words", "classes": "class_words"}

# Single spaces separate the words of a folded name.
TRIGGERS = {
    "sqlite": (
        """
        CREATE TRIGGER {words}_of_new AFTER INSERT ON {named} BEGIN
            INSERT INTO {words} (word, id) SELECT DISTINCT value, NEW.id
            FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']')
            WHERE value != '';
        END
        """,
        """
        CREATE TRIGGER {words}_of_changed AFTER UPDATE OF folded ON {named}
        WHEN NEW.folded != OLD.folded BEGIN
            DELETE FROM {words} WHERE id = NEW.id;
            INSERT INTO {words} (word, id) SELECT DISTINCT value, NEW.id
            FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']')
            WHERE value != '';
        END
        """,
    ),
    "postgresql": (
        # A trigger may run with an empty search_path, as in pg_restore.
        """
        CREATE FUNCTION keep_{words}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
        AS $$ BEGIN
            DELETE FROM {words} WHERE TG_OP = 'UPDATE' AND id = NEW.id;
            INSERT INTO {words} (word, id) SELECT DISTINCT word, NEW.id
            FROM unnest(string_to_array(NEW.folded, ' ')) AS word WHERE word != '';
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER {words}_of_new AFTER INSERT ON {named}
        FOR EACH ROW EXECUTE FUNCTION keep_{words}()
        """,
        """
        CREATE TRIGGER {words}_of_changed AFTER UPDATE OF folded ON {named}
        FOR EACH ROW WHEN (NEW.folded != OLD.folded) EXECUTE FUNCTION keep_{words}()
        """,
    ),
}


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    for named, words in TABLES.items():
        op.add_column(named, sa.Column("folded", Folded, nullable=False, server_default=""))
        op.create_index(f"ix_{named}_folded_id", named, ["folded", "id"])
        op.create_table(
            words,
            sa.Column("word", Folded, nullable=False),
            sa.Column("id", Id, nullable=False),
            sa.ForeignKeyConstraint(
                ["id"], [f"{named}.id"], name=f"fk_{words}_id_{named}", ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("word", "id", name=f"pk_{words}"),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{words}_id", words, ["id"])
        for statement in TRIGGERS[dialect]:
            op.execute(statement.format(named=named, words=words))


def downgrade() -> None:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    for named, words in TABLES.items():
        for trigger in (f"{words}_of_new", f"{words}_of_changed"):
            op.execute(f"DROP TRIGGER {trigger}" + ("" if is_sqlite else f" ON {named}"))
        if not is_sqlite:
            op.execute(f"DROP FUNCTION keep_{words}")
        op.drop_table(words)
        op.drop_index(f"ix_{named}_folded_id", named)
        op.drop_column(named, "folded")
