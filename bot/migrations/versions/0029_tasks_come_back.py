"""the day on which a unit is reminded of a task that its meeting gave out"""

from alembic import op
import sqlalchemy as sa

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('tasks') as table:
        table.add_column(sa.Column('remind_on', sa.Date(), nullable=True))
        table.create_index('ix_tasks_remind_on', ['remind_on'])
