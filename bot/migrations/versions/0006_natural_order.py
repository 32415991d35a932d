"""units are listed in natural order, by a key that the database can sort by"""

from alembic import op
import sqlalchemy as sa

from bot.natural import natural_key

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.String(200).with_variant(sa.String(200, collation='C'), 'postgresql')
UNITS = sa.table('units', sa.column('id', sa.Integer), sa.column('code', sa.String), sa.column('listed_as', sa.String))


def upgrade() -> None:
    with op.batch_alter_table('units') as batch:
        batch.add_column(sa.Column('listed_as', KEY, nullable=False, server_default=''))
    connection = op.get_bind()
    rows = [{'number': row.id, 'key': natural_key(row.code)} for row in connection.execute(sa.select(UNITS.c.id, UNITS.c.code))]
    if rows:
        named = sa.update(UNITS).where(UNITS.c.id == sa.bindparam('number'))
        connection.execute(named.values(listed_as=sa.bindparam('key')), rows)
