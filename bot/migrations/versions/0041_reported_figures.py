"""what other installations report of the numbers that plans ask for"""

from alembic import op
import sqlalchemy as sa

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'locality_answers',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('locality_id', sa.Integer(), nullable=False),
        sa.Column('plan', sa.String(60), nullable=False),
        sa.Column('issued_on', sa.Date(), nullable=True),
        sa.Column('key', sa.String(64), nullable=False),
        sa.Column('title', sa.String(120), nullable=False),
        sa.Column('kind', sa.String(20), nullable=False),
        sa.Column('first', sa.Date(), nullable=False),
        sa.Column('last', sa.Date(), nullable=False),
        sa.Column('total', sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ('said', 'answered', 'expected')),
        sa.ForeignKeyConstraint(
            ['locality_id'],
            ['localities.id'],
            name=op.f('fk_locality_answers_locality_id_localities'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_locality_answers')),
    )
    op.create_index(op.f('ix_locality_answers_locality_id'), 'locality_answers', ['locality_id'])
