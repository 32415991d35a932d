"""the counts that other installations report upward"""

from typing import Any

from alembic import op
import sqlalchemy as sa

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'localities',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('trusted_at', MOMENT, nullable=False),
        sa.Column('taken_at', MOMENT, nullable=True),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('units', sa.Integer(), nullable=False),
        sa.Column('cells', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_localities')),
        sa.UniqueConstraint('key', name=op.f('uq_localities_key')),
        sa.UniqueConstraint('name', name=op.f('uq_localities_name')),
    )
    tables: dict[str, list[sa.Column[Any]]] = {
        'locality_duties': [
            sa.Column('plan', sa.String(length=60), nullable=False),
            sa.Column('issued_on', sa.Date(), nullable=True),
            sa.Column('kind', sa.String(length=20), nullable=False),
            *(sa.Column(name, sa.Date(), nullable=False) for name in ('first', 'last')),
            *(
                sa.Column(name, sa.Integer(), nullable=False)
                for name in ('expected', 'on_time', 'late', 'open', 'overdue')
            ),
        ],
        'locality_meetings': [
            sa.Column('month', sa.Date(), nullable=False),
            sa.Column('kind', sa.String(length=20), nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in ('held', 'present', 'obliged')),
        ],
    }
    for table, columns in tables.items():
        op.create_table(
            table,
            sa.Column('id', sa.Integer(), nullable=False),
            sa.Column('locality_id', sa.Integer(), nullable=False),
            *columns,
            sa.ForeignKeyConstraint(
                ['locality_id'],
                ['localities.id'],
                name=op.f(f'fk_{table}_locality_id_localities'),
                ondelete='CASCADE',
            ),
            sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
        )
        op.create_index(op.f(f'ix_{table}_locality_id'), table, ['locality_id'])
