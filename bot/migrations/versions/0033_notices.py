"""what a committee says to the units below, and who has received it"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'notices',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('role', sa.String(length=20), nullable=False),
        sa.Column('tops', JSON, nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('files', JSON, nullable=False),
        sa.Column('hint', sa.Boolean(), nullable=False),
        sa.Column('state', sa.String(length=20), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('due_at', MOMENT, nullable=False),
        sa.Column('sent_at', MOMENT, nullable=True),
        sa.Column('through', sa.Integer(), nullable=False),
        sa.Column('nudged_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_notices_unit_id_units')),
        sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_notices_person_id_persons')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    )
    op.create_index('ix_notices_state', 'notices', ['state', 'due_at'])
    op.create_index('ix_notices_unit', 'notices', ['unit_id', 'id'])
    op.create_table(
        'notice_receipts',
        sa.Column('notice_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('reached', sa.Boolean(), nullable=False),
        sa.Column('message_id', sa.Integer(), nullable=True),
        sa.Column('got_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_notice_receipts_notice_id_notices')),
        sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_notice_receipts_person_id_persons')),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_notice_receipts_unit_id_units')),
        sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_notice_receipts_message_id_messages'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('notice_id', 'person_id', name=op.f('pk_notice_receipts')),
    )
    op.create_index(op.f('ix_notice_receipts_message_id'), 'notice_receipts', ['message_id'])
    op.create_table(
        'notice_meetings',
        sa.Column('notice_id', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_notice_meetings_notice_id_notices')),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_notice_meetings_unit_id_units')),
        sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_notice_meetings_meeting_id_meetings')),
        sa.PrimaryKeyConstraint('notice_id', 'unit_id', name=op.f('pk_notice_meetings')),
    )
    op.create_index(op.f('ix_notice_meetings_meeting_id'), 'notice_meetings', ['meeting_id'])
