"""meetings in full: kinds of attendance, votes, tasks, scores, papers"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')


def upgrade() -> None:
    with op.batch_alter_table('units') as batch:
        batch.add_column(sa.Column('term_from', sa.Date(), nullable=True))
        batch.add_column(sa.Column('place_name', sa.String(length=100), nullable=False, server_default=''))
        batch.add_column(sa.Column('heading', sa.String(length=200), nullable=False, server_default=''))
    with op.batch_alter_table('meetings') as batch:
        for name in ('presenter', 'clerk', 'chair'):
            batch.add_column(sa.Column(name, sa.String(length=120), nullable=False, server_default=''))
        batch.add_column(sa.Column('ready', JSON, nullable=False, server_default='[]'))
        batch.add_column(sa.Column('walk', JSON, nullable=False, server_default='{}'))
        batch.add_column(sa.Column('rehearsal', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('read_back_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('unlocked_until', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('notes') as batch:
        batch.add_column(sa.Column('kind', sa.String(length=20), nullable=False, server_default='text'))
        batch.add_column(sa.Column('digest', sa.String(length=64), nullable=False, server_default=''))
        batch.add_column(sa.Column('name', sa.String(length=200), nullable=False, server_default=''))
        batch.add_column(sa.Column('media_type', sa.String(length=100), nullable=False, server_default=''))
    with op.batch_alter_table('attendances') as batch:
        for name in ('official', 'probationary', 'present_official', 'present_probationary'):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in ('temporary', 'elsewhere', 'guests', 'late'):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default='0'))
    op.create_table('votes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('resolution', sa.Boolean(), nullable=False),
    sa.Column('agree', sa.Integer(), nullable=False),
    sa.Column('against', sa.Integer(), nullable=False),
    sa.Column('other', sa.Integer(), nullable=False),
    sa.Column('voters', sa.Integer(), nullable=False),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_votes_meeting_id_meetings')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_votes_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_votes'))
    )
    op.create_index(op.f('ix_votes_meeting_id'), 'votes', ['meeting_id'])
    op.create_table('tasks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=120), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('reviewed_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_tasks_meeting_id_meetings')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_tasks_person_id_persons')),
    sa.ForeignKeyConstraint(['reviewed_id'], ['meetings.id'], name=op.f('fk_tasks_reviewed_id_meetings')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_tasks_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tasks'))
    )
    op.create_index(op.f('ix_tasks_meeting_id'), 'tasks', ['meeting_id'])
    op.create_index('ix_tasks_unit_state', 'tasks', ['unit_id', 'state'])
    op.create_table('scores',
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('sheet', sa.String(length=60), nullable=False),
    sa.Column('points', JSON, nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('grade', sa.String(length=20), nullable=False),
    sa.Column('weaknesses', sa.Text(), nullable=False),
    sa.Column('voted', sa.Boolean(), nullable=False),
    sa.Column('decided_grade', sa.String(length=20), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decided_by'], ['persons.id'], name=op.f('fk_scores_decided_by_persons')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_scores_meeting_id_meetings')),
    sa.PrimaryKeyConstraint('meeting_id', name=op.f('pk_scores'))
    )
    op.create_table('papers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('term_from', sa.Date(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_papers_meeting_id_meetings')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_papers_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_papers')),
    sa.UniqueConstraint('unit_id', 'kind', 'term_from', 'number', name=op.f('uq_papers_unit_id_kind_term_from_number'))
    )
    op.create_index(op.f('ix_papers_meeting_id'), 'papers', ['meeting_id'])
