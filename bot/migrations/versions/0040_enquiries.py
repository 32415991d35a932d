"""what people ask: the office's questions and answers, and what none of them answers"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'enquiries',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('mark', sa.String(length=300), nullable=False),
        sa.Column('question', sa.Text(), nullable=False),
        sa.Column('answer', sa.Text(), nullable=False),
        sa.Column('others', JSON, nullable=False),
        sa.Column('changed_at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_enquiries_unit_id_units')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_enquiries')),
        sa.UniqueConstraint('unit_id', 'mark', name=op.f('uq_enquiries_unit_id_mark')),
    )
    op.create_table(
        'asked_words',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('mark', sa.String(length=300), nullable=False),
        sa.Column('words', sa.Text(), nullable=False),
        sa.Column('times', sa.Integer(), nullable=False),
        sa.Column('first_at', MOMENT, nullable=False),
        sa.Column('last_at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_asked_words_unit_id_units')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_asked_words')),
        sa.UniqueConstraint('unit_id', 'mark', name=op.f('uq_asked_words_unit_id_mark')),
    )
