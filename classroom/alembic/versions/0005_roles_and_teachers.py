"""Roles of users, teachers of classes, and search for users

Existing users become registrars, so that their clients keep working. Their names are folded at the
next startup.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Folded = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# The same triggers as those of students and classes, which 0002, 0003 and 0004 create.
TRIGGERS = {
    "sqlite": {
        "user_words_of_new": """
            AFTER INSERT ON users BEGIN
                INSERT INTO user_words (word, id) SELECT DISTINCT value, NEW.id
                FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']')
                WHERE value != '';
            END
        """,
        "user_words_of_changed": """
            AFTER UPDATE OF folded ON users WHEN NEW.folded != OLD.folded BEGIN
                DELETE FROM user_words WHERE id = NEW.id;
                INSERT INTO user_words (word, id) SELECT DISTINCT value, NEW.id
                FROM json_each('[' || replace(json_quote(NEW.folded), ' ', '","') || ']')
                WHERE value != '';
            END
        """,
        "count_new_users": """
            AFTER INSERT ON users BEGIN
                INSERT INTO counts VALUES ('users', 0, 1)
                ON CONFLICT (counted, part) DO UPDATE SET number = number + 1;
            END
        """,
        "count_deleted_users": """
            AFTER DELETE ON users BEGIN
                INSERT INTO counts VALUES ('users', 0, -1)
                ON CONFLICT (counted, part) DO UPDATE SET number = number - 1;
            END
        """,
        "mark_new_users": """
            AFTER INSERT ON users WHEN NEW.folded = '' BEGIN
                UPDATE users SET needs_folding = 1 WHERE id = NEW.id;
            END
        """,
        "mark_changed_users": """
            AFTER UPDATE OF name ON users WHEN NEW.name != OLD.name AND NEW.folded = OLD.folded
            BEGIN
                UPDATE users SET needs_folding = 1 WHERE id = NEW.id;
            END
        """,
    },
    "postgresql": {
        "user_words_of_new": """
            AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION keep_user_words()
        """,
        "user_words_of_changed": """
            AFTER UPDATE OF folded ON users
            FOR EACH ROW WHEN (NEW.folded != OLD.folded) EXECUTE FUNCTION keep_user_words()
        """,
        "count_new": """
            AFTER INSERT ON users
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows('1')
        """,
        "count_deleted": """
            AFTER DELETE ON users
            REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_rows('-1')
        """,
        "count_none": """
            AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION count_no_rows()
        """,
        "mark_new": """
            BEFORE INSERT ON users
            FOR EACH ROW WHEN (NEW.folded = '') EXECUTE FUNCTION mark_unfolded()
        """,
        "mark_changed": """
            BEFORE UPDATE ON users
            FOR EACH ROW WHEN (NEW.folded = OLD.folded) EXECUTE FUNCTION mark_unfolded()
        """,
    },
}
CONSTRAINT_TRIGGER = """
    CREATE CONSTRAINT TRIGGER count_changed AFTER INSERT OR DELETE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (current_setting('classroom.users', true) != '') EXECUTE FUNCTION count_rows()
"""
FUNCTION = """
    CREATE FUNCTION keep_user_words() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
    AS $$ BEGIN
        DELETE FROM user_words WHERE TG_OP = 'UPDATE' AND id = NEW.id;
        INSERT INTO user_words (word, id) SELECT DISTINCT word, NEW.id
        FROM unnest(string_to_array(NEW.folded, ' ')) AS word WHERE word != '';
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    _add_roles()
    _add_teachers()
    _add_search()
    op.execute("INSERT INTO counts SELECT 'users', 0, count(*) FROM users")
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        op.execute(FUNCTION)
        op.execute(CONSTRAINT_TRIGGER)
    for name, definition in TRIGGERS[dialect].items():
        op.execute(f"CREATE TRIGGER {name} {definition}")


def _add_roles() -> None:
    role = sa.Column("role", sa.String(16), nullable=False, server_default="registrar")
    op.add_column("users", role)


def _add_teachers() -> None:
    op.create_table(
        "teachers",
        sa.Column("class_id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name="fk_teachers_class_id_classes", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_teachers_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_id", "user_id", name="pk_teachers"),
    )
    op.create_index("ix_teachers_user_id_class_id", "teachers", ["user_id", "class_id"])


def _add_search() -> None:
    op.add_column("users", sa.Column("folded", Folded, nullable=False, server_default=""))
    op.add_column("users", sa.Column("needs_folding", sa.Boolean, nullable=True))
    op.execute("UPDATE users SET needs_folding = true")
    op.create_index("ix_users_folded_id", "users", ["folded", "id"])
    op.create_index(
        "ix_users_needs_folding",
        "users",
        ["needs_folding"],
        sqlite_where=sa.text("needs_folding = 1"),
        postgresql_where=sa.text("needs_folding"),
    )
    op.create_table(
        "user_words",
        sa.Column("word", Folded, nullable=False),
        sa.Column("id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["users.id"], name="fk_user_words_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "id", name="pk_user_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_user_words_id", "user_words", ["id"])


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    on_users = " ON users" if dialect == "postgresql" else ""
    for name in TRIGGERS[dialect]:
        op.execute(f"DROP TRIGGER {name}{on_users}")
    if dialect == "postgresql":
        op.execute("DROP TRIGGER count_changed ON users")
        op.execute("DROP FUNCTION keep_user_words")
    op.execute("DELETE FROM counts WHERE counted = 'users'")
    op.drop_table("user_words")
    op.drop_index("ix_users_needs_folding", "users")
    op.drop_index("ix_users_folded_id", "users")
    op.drop_table("teachers")
    for column in ("needs_folding", "folded", "role"):
        op.drop_column("users", column)
