"""what a message is about, and the page's own number of what was said, stand in columns"""

from alembic import op
import sqlalchemy as sa

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MESSAGES = sa.table(
    'messages',
    sa.column('key', sa.String),
    *(sa.column(name, sa.Integer) for name in ('id', 'material_id', 'unit_id', 'meeting_id')),
)
EVENTS = sa.table('events', sa.column('seq', sa.Integer), *(sa.column(name, sa.String) for name in ('id', 'message_ref')))
READS = {'material_id': 'materials', 'unit_id': 'units', 'meeting_id': 'meetings'}
AT_ONCE = 1000


def upgrade() -> None:
    with op.batch_alter_table('events') as batch:
        batch.add_column(sa.Column('message_ref', sa.String(length=64), nullable=False, server_default=''))
    with op.batch_alter_table('messages') as batch:
        for name, table in READS.items():
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f'fk_messages_{name}_{table}'), table, [name], ['id'])
        there = sa.text('material_id IS NOT NULL')
        batch.create_index('ix_messages_material', ['material_id'], postgresql_where=there, sqlite_where=there)
    connection = op.get_bind()
    _read_messages(connection)
    _read_events(connection)


def _read_messages(connection: sa.Connection) -> None:
    """As they were named: "paper:<file>:<unit>", "notice:<meeting>:<person>:<hash>"."""
    there = {table: set(connection.scalars(sa.select(sa.table(table, sa.column('id')).c.id))) for table in READS.values()}
    named = sa.or_(MESSAGES.c.key.startswith('paper:'), MESSAGES.c.key.startswith('notice:'))
    changed = []
    for row in connection.execute(sa.select(MESSAGES.c.id, MESSAGES.c.key).where(named)).all():
        kind, first, second, *_ = row.key.split(':')
        facts = {'material_id': first, 'unit_id': second} if kind == 'paper' else {'meeting_id': first}
        known = {name: int(number) for name, number in facts.items() if int(number) in there[READS[name]]}
        changed.append({'message': row.id, **dict.fromkeys(READS), **known})
    its = sa.update(MESSAGES).where(MESSAGES.c.id == sa.bindparam('message'))
    _in_steps(connection, its.values({name: sa.bindparam(name) for name in READS}), changed)


def _read_events(connection: sa.Connection) -> None:
    """As they were named: "web:<contact>:<number of the page>", "up:<contact>:<number of the page>"."""
    said = sa.select(EVENTS.c.id).where(EVENTS.c.seq.is_not(None))
    changed = [{'event': one, 'ref': one.rpartition(':')[2]} for one in connection.scalars(said) if one.startswith(('web:', 'up:'))]
    its = sa.update(EVENTS).where(EVENTS.c.id == sa.bindparam('event'))
    _in_steps(connection, its.values(message_ref=sa.bindparam('ref')), changed)


def _in_steps(connection: sa.Connection, statement: sa.Update, rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(statement, rows[start : start + AT_ONCE])
