"""An index of the times of registrations"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NAME = "ix_registrations_timestamp_student_id_class_id"


def upgrade() -> None:
    op.create_index(NAME, "registrations", ["timestamp", "student_id", "class_id"])
    op.execute("UPDATE alembic_version SET oldest_code = '0006'")


def downgrade() -> None:
    op.drop_index(NAME, "registrations")
