"""a topic's files and receipts belong to one turn of it

What is there already goes to the turn at which it was tied: the one that was running or came next on that day, as the
person saw it beside the topic. A receipt goes to the turn of the newest file that the unit had by then.
"""

from datetime import date, datetime, timedelta

from alembic import op
import sqlalchemy as sa

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VIET_NAM = timedelta(hours=7)
FILES = sa.table(
    'topic_files', sa.column('id', sa.Integer), sa.column('plan_id', sa.Integer), sa.column('key', sa.String),
    sa.column('period', sa.String), sa.column('path', sa.String), sa.column('at', sa.DateTime(timezone=True)),
)
RECEIPTS = sa.table(
    'topic_receipts', sa.column('plan_id', sa.Integer), sa.column('key', sa.String), sa.column('period', sa.String),
    sa.column('unit_id', sa.Integer), sa.column('at', sa.DateTime(timezone=True)),
)
DEMANDS = sa.table(
    'demands', sa.column('plan_id', sa.Integer), sa.column('key', sa.String), sa.column('kind', sa.String),
    sa.column('period_last', sa.Date),
)
UNITS = sa.table('units', sa.column('id', sa.Integer), sa.column('path', sa.String))


def upgrade() -> None:
    with op.batch_alter_table('topic_files') as batch:
        batch.add_column(sa.Column('period', sa.String(length=20), nullable=False, server_default=''))
    with op.batch_alter_table('topic_receipts') as batch:
        batch.add_column(sa.Column('period', sa.String(length=20), nullable=False, server_default=''))
        batch.drop_constraint('pk_topic_receipts', type_='primary')
        batch.create_primary_key('pk_topic_receipts', ['plan_id', 'key', 'period', 'unit_id'])
    place()


def place() -> None:
    connection = op.get_bind()
    turns: dict[tuple[int, str], set[tuple[date, str]]] = {}
    asked = sa.select(DEMANDS.c.plan_id, DEMANDS.c.key, DEMANDS.c.period_last)
    for plan_id, key, last in connection.execute(asked.where(DEMANDS.c.kind == 'meeting', DEMANDS.c.key.contains(':'))):
        topic, _, period = key.partition(':')
        turns.setdefault((plan_id, topic), set()).add((last, period))
    if not turns:
        return
    files = connection.execute(sa.select(FILES).order_by(FILES.c.id)).all()
    placed: dict[tuple[int, str], list[tuple[str, datetime, str]]] = {}
    for file in files:
        its = sorted(turns.get((file.plan_id, file.key), ()))
        if its:
            day = (file.at + VIET_NAM).date()
            period = next((period for last, period in its if last >= day), its[-1][1])
            connection.execute(sa.update(FILES).where(FILES.c.id == file.id).values(period=period))
            placed.setdefault((file.plan_id, file.key), []).append((file.path, file.at, period))
    paths = dict(connection.execute(sa.select(UNITS.c.id, UNITS.c.path)).all())
    for receipt in connection.execute(sa.select(RECEIPTS)).all():
        had = [
            (at, period)
            for path, at, period in placed.get((receipt.plan_id, receipt.key), ())
            if at <= receipt.at and paths[receipt.unit_id].startswith(path)
        ]
        if had:
            row = sa.update(RECEIPTS).where(
                RECEIPTS.c.plan_id == receipt.plan_id,
                RECEIPTS.c.key == receipt.key,
                RECEIPTS.c.unit_id == receipt.unit_id,
            )
            connection.execute(row.values(period=max(had)[1]))
