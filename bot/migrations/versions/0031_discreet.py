"""channels on which people are told only that something lies ready; closed windows are found"""

from alembic import op
import sqlalchemy as sa

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'discreet_channels',
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('channel', sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_discreet_channels_unit_id_units'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('unit_id', 'channel', name=op.f('pk_discreet_channels')),
    )
    closed = sa.text('closed_at IS NOT NULL')
    op.create_index('ix_contacts_closed', 'contacts', ['channel'], postgresql_where=closed, sqlite_where=closed)
