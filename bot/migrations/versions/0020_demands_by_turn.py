"""a demand tells its topic or duty from its period"""

from alembic import op
import sqlalchemy as sa

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DEMANDS = sa.table(
    'demands',
    sa.column('id', sa.Integer),
    *(sa.column(name, sa.String) for name in ('key', 'base', 'period')),
    sa.column('uploads', sa.Boolean),
)


def upgrade() -> None:
    with op.batch_alter_table('demands') as batch:
        batch.add_column(sa.Column('base', sa.String(length=64), nullable=False, server_default=''))
        batch.add_column(sa.Column('period', sa.String(length=160), nullable=False, server_default=''))
        batch.add_column(sa.Column('uploads', sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(DEMANDS.c.id, DEMANDS.c.key)).all():
        facts = _read(row.key)
        connection.execute(sa.update(DEMANDS).where(DEMANDS.c.id == row.id).values(facts))


def _read(key: str) -> dict[str, str | bool]:
    """As they were named: "cd-1", "hang-thang:2022-04", "bao-cao:hang-thang:2022-04"; from a pool "cd-2+2022-Q2"."""
    base, _, period = key.partition(':')
    return {'base': base.partition('+')[0], 'period': period, 'uploads': base.startswith('dang-so-tay')}
