"""topics are announced ahead of their period, and called to mind by the unit's usual day"""

from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
AHEAD = timedelta(days=10)
FIRST = {'key': 'topic', 'at': 'opens+0d', 'say': 'topic'}
"""How the ladder of a meeting began that no plan had written itself."""
TOLD = {**FIRST, 'at': 'announce+0d'}
USUAL = [
    {'key': 'usual-10', 'at': 'usual-10d', 'say': 'topic', 'when': 'unscheduled', 'to': 'secretary'},
    {'key': 'usual-3', 'at': 'usual-3d', 'say': 'set_date', 'when': 'unscheduled', 'to': 'secretary'},
    {'key': 'usual-1', 'at': 'usual-1d', 'say': 'set_date', 'when': 'unscheduled', 'to': 'secretary'},
    {'key': 'usual-past', 'at': 'usual+1d', 'say': 'result', 'when': 'unscheduled', 'to': 'secretary'},
    {'key': 'set-date-open', 'at': 'opens+3d', 'say': 'set_date', 'when': 'unscheduled', 'to': 'secretary'},
]
DEFAULT = [
    'topic', 'set-date-10', 'set-date-3', 'topic-10', 'ready', 'upload', 'today', 'start', 'result', 'result-1',
    'last-day', 'late', 'deputy', 'above',
]

demands = sa.table(
    'demands', sa.column('id'), sa.column('kind'), sa.column('opens_on', sa.Date()),
    sa.column('announced_on', sa.Date()), sa.column('rungs', JSON),
)
duties = sa.table(
    'duties', sa.column('demand_id'), sa.column('kind'), sa.column('state'), sa.column('added'),
    sa.column('opens_on', sa.Date()), sa.column('announced_on', sa.Date()),
    sa.column('next_reminder_at', sa.DateTime(timezone=True)),
    sa.column('reminded_until', sa.DateTime(timezone=True)),
)
plans = sa.table('plans', sa.column('id'), sa.column('content', JSON))


def upgrade() -> None:
    for name in ('demands', 'duties'):
        with op.batch_alter_table(name) as batch:
            batch.add_column(sa.Column('announced_on', sa.Date(), nullable=True))
            if name == 'demands':
                batch.add_column(sa.Column('report_due_on', sa.Date(), nullable=True))
    connection = op.get_bind()
    connection.execute(demands.update().values(announced_on=demands.c.opens_on))
    connection.execute(duties.update().values(announced_on=duties.c.opens_on))
    for row in connection.execute(sa.select(demands).where(demands.c.kind == 'meeting')).all():
        _announce(connection, row.id, row.opens_on - AHEAD, _ladder(row.rungs))
    for row in connection.execute(sa.select(plans)).all():
        ladders = row.content.get('ladders', {})
        if 'meeting' in ladders:
            content = {**row.content, 'ladders': {**ladders, 'meeting': _ladder(ladders['meeting'])}}
            connection.execute(plans.update().where(plans.c.id == row.id).values(content=content))
    for name in ('demands', 'duties'):
        with op.batch_alter_table(name) as batch:
            batch.alter_column('announced_on', existing_type=sa.Date(), nullable=False)


def _ladder(rungs: list[Any]) -> list[Any]:
    """The ladder that holds without any of the plan's own, as it is now; one that a plan has written stays."""
    if [rung['key'] for rung in rungs] != DEFAULT or not FIRST.items() <= rungs[0].items():
        return rungs
    return [{**rungs[0], **TOLD}, *USUAL, *rungs[1:]]


def _announce(connection: sa.Connection, demand_id: int, day: date, rungs: list[Any]) -> None:
    """What has not been told yet is told on the day of its announcement, at midnight UTC: the next tick says it when it may."""
    of_demand = (duties.c.demand_id == demand_id, duties.c.added.is_(False))
    connection.execute(demands.update().where(demands.c.id == demand_id).values(announced_on=day, rungs=rungs))
    connection.execute(duties.update().where(*of_demand).values(announced_on=day))
    told_at = datetime.combine(day, time(), timezone.utc)
    unsaid = (*of_demand, duties.c.state == 'open', duties.c.reminded_until.is_(None))
    later = duties.c.next_reminder_at > told_at
    connection.execute(duties.update().where(*unsaid, later).values(next_reminder_at=told_at))
