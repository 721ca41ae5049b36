"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = "${up_revision}"
down_revision = "${down_revision}"
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
    # The oldest revision whose code works with the tables from here on (CONTRIBUTING.md).
    op.execute("UPDATE alembic_version SET oldest_code = '${up_revision}'")


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
