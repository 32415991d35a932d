"""calendars that phones subscribe to: a number per person, when a meeting was set last"""

from alembic import op
import sqlalchemy as sa

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('persons') as table:
        table.add_column(sa.Column('calendar_key', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('meetings') as table:
        table.add_column(sa.Column('set_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_meetings_planned_at', 'meetings', ['planned_at'])
