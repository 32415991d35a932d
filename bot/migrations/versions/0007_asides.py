"""what is said in a running meeting and stands nowhere yet"""

from alembic import op
import sqlalchemy as sa

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('asides',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('meeting_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('message_ref', sa.String(length=120), nullable=False),
    sa.Column('kept_as', sa.String(length=20), nullable=False),
    sa.Column('kept_id', sa.Integer(), nullable=True),
    sa.Column('instead_of', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_asides_meeting_id_meetings')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_asides_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asides'))
    )
    op.create_index('ix_asides_meeting', 'asides', ['meeting_id'])
    op.create_index('ix_asides_person_ref', 'asides', ['person_id', 'message_ref'])
