"""what those above say of a meeting that is set: agreed, another day asked for, coming"""

from alembic import op
import sqlalchemy as sa

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        'leader_words',
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        _moment('planned_at', False),
        _moment('known_at', False),
        _moment('agreed_at'),
        _moment('asked_at'),
        sa.Column('reason', sa.Text(), nullable=False),
        _moment('attends_at'),
        _moment('day_told_at'),
        _moment('hours_told_at'),
        sa.Column('message_id', sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint('meeting_id', 'person_id', name='pk_leader_words'),
        sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name='fk_leader_words_meeting_id_meetings', ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name='fk_leader_words_person_id_persons'),
        sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name='fk_leader_words_message_id_messages', ondelete='SET NULL'),
    )
    op.create_index('ix_leader_words_person_id', 'leader_words', ['person_id'])
    op.create_index('ix_leader_words_message_id', 'leader_words', ['message_id'])
