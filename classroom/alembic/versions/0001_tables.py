"""Students, classes, registrations and users"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    for table in ("students", "classes"):
        op.create_table(
            table,
            sa.Column("id", Id, nullable=False),
            sa.Column("name", sa.String(64), nullable=False),
            sa.CheckConstraint("length(name) BETWEEN 1 AND 64", name="name_length"),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            sqlite_autoincrement=True,
        )
    op.create_table(
        "registrations",
        sa.Column("student_id", Id, autoincrement=False, nullable=False),
        sa.Column("class_id", Id, autoincrement=False, nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"],
            ["students.id"],
            name="fk_registrations_student_id_students",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["classes.id"],
            name="fk_registrations_class_id_classes",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("student_id", "class_id", name="pk_registrations"),
    )
    op.create_index(
        "ix_registrations_class_id_student_id", "registrations", ["class_id", "student_id"]
    )
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("users", "registrations", "classes", "students"):
        op.drop_table(table)
