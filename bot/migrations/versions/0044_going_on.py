"""reports go on to whom the plan has them for; those handed in before anybody was told are told of once"""

from alembic import op
import sqlalchemy as sa

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

ON_ITS_WAY = sa.text("state = 'accepted' AND recipient_id IS NOT NULL AND recipient_told_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table('submissions') as table:
        table.add_column(sa.Column('recipient_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('recipient_told_at', sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key('fk_submissions_recipient_id_units', 'units', ['recipient_id'], ['id'])
    op.create_index(
        'ix_submissions_on_its_way', 'submissions', ['reviewed_at'], postgresql_where=ON_ITS_WAY, sqlite_where=ON_ITS_WAY
    )
    # Since anybody looks at reports, each is addressed when it is handed in: what is not was never told of.
    op.execute("UPDATE submissions SET told_at = NULL WHERE state = 'handed' AND reviewer_id IS NULL")
