"""reports are looked at: by whom, when, what was said; a day of its own for what was returned; what a paper's file is"""

from alembic import op
import sqlalchemy as sa

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

UNTOLD = sa.text("state = 'handed' AND told_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table('duties') as table:
        table.add_column(sa.Column('again_on', sa.Date(), nullable=True))
    with op.batch_alter_table('papers') as table:
        table.add_column(sa.Column('name', sa.String(200), nullable=False, server_default=''))
        table.add_column(sa.Column('size', sa.Integer(), nullable=False, server_default='0'))
        table.add_column(sa.Column('media_type', sa.String(100), nullable=False, server_default=''))
    with op.batch_alter_table('submissions') as table:
        table.add_column(sa.Column('reviewer_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('reviewers', sa.String(20), nullable=False, server_default='office'))
        table.add_column(sa.Column('told_at', sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column('reviewed_by', sa.Integer(), nullable=True))
        table.add_column(sa.Column('remark', sa.Text(), nullable=False, server_default=''))
        table.create_foreign_key('fk_submissions_reviewer_id_units', 'units', ['reviewer_id'], ['id'])
        table.create_foreign_key('fk_submissions_reviewed_by_persons', 'persons', ['reviewed_by'], ['id'])
        table.create_index('ix_submissions_reviewer_state', ['reviewer_id', 'state'])
    # What was handed in before anybody looked at it here is no news.
    op.execute("UPDATE submissions SET told_at = handed_at WHERE handed_at IS NOT NULL")
    op.create_index('ix_submissions_untold', 'submissions', ['handed_at'], postgresql_where=UNTOLD, sqlite_where=UNTOLD)
