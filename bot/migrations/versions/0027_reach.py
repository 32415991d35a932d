"""where a person is reached first; windows that close; what messages cost; reminders that were received"""

from alembic import op
import sqlalchemy as sa

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('contacts') as table:
        table.add_column(sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('knocked_at', sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('messages') as table:
        table.add_column(sa.Column('cost', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('reminders') as table:
        table.add_column(sa.Column('got_at', sa.DateTime(timezone=True), nullable=True))
