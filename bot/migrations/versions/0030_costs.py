"""what messages have cost is counted by months without going through all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SENT = sa.text("sent_at IS NOT NULL")
KNOCKED = sa.text("cost > 0 AND sent_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_messages_sent",
        "messages",
        ["channel", "sent_at", "cost"],
        postgresql_where=SENT,
        sqlite_where=SENT,
    )
    op.create_index(
        "ix_messages_knocked",
        "messages",
        ["channel", "created_at"],
        postgresql_where=KNOCKED,
        sqlite_where=KNOCKED,
    )


def downgrade() -> None:
    op.drop_index("ix_messages_knocked", "messages")
    op.drop_index("ix_messages_sent", "messages")
