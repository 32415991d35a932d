"""a web chat's link has a key that can be changed, and expires unused"""

from datetime import UTC, datetime

from alembic import op
import sqlalchemy as sa

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('contacts') as batch:
        batch.add_column(sa.Column('key', sa.Integer(), nullable=False, server_default='0'))
        batch.add_column(sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True))
    # It was not written down until now who only reads: every link lives on from today.
    contacts = sa.table('contacts', sa.column('channel'), sa.column('opened_at', sa.DateTime(timezone=True)))
    op.execute(contacts.update().where(contacts.c.channel == 'web').values(opened_at=datetime.now(UTC)))
