"""The oldest code that works with the tables

Each migration from this one on records it in the row of alembic_version, from which code that is
older than the database reads it. CONTRIBUTING.md describes this.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alembic_version", sa.Column("oldest_code", sa.String(32)))
    op.execute("UPDATE alembic_version SET oldest_code = '0006'")


def downgrade() -> None:
    op.drop_column("alembic_version", "oldest_code")
