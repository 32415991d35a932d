"""who has sent which file: for what one may send a day, and for dropping what nothing needs"""

from alembic import op
import sqlalchemy as sa

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('uploads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_uploads_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_uploads'))
    )
    with op.batch_alter_table('uploads') as batch:
        batch.create_index(op.f('ix_uploads_at'), ['at'])
        batch.create_index(op.f('ix_uploads_digest'), ['digest'])
        batch.create_index('ix_uploads_person', ['person_id', 'at'])
