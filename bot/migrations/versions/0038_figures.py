"""reports ask for numbers and short texts: what a plan asks, what units answer, every correction beside what it replaces"""

from alembic import op
from sqlalchemy.dialects import postgresql
import sqlalchemy as sa

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
CURRENT = sa.text("replaced_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table('demands') as table:
        table.add_column(sa.Column('asks', JSON, nullable=False, server_default='[]'))
        table.add_column(sa.Column('without_files', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        'figures',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('duty_id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(64), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=True),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.Column('replaced_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['duty_id'], ['duties.id'], name='fk_figures_duty_id_duties'),
        sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name='fk_figures_person_id_persons'),
        sa.PrimaryKeyConstraint('id', name='pk_figures'),
        sa.UniqueConstraint('duty_id', 'key', 'version', name='uq_figures_duty_id_key_version'),
    )
    op.create_index('ix_figures_current', 'figures', ['duty_id', 'key'], unique=True, postgresql_where=CURRENT, sqlite_where=CURRENT)
    op.create_index('ix_figures_person_id', 'figures', ['person_id'])
