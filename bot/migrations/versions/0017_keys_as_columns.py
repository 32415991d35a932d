"""what was read out of keys and out of the audit stands in columns"""

from alembic import op
import sqlalchemy as sa

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MESSAGES = sa.table('messages', sa.column('kind', sa.String), sa.column('key', sa.String))
REMINDERS = sa.table(
    'reminders', sa.column('rung', sa.String), sa.column('kind', sa.String), sa.column('rung_at', MOMENT)
)
AUDIT = sa.table('audit', *(sa.column(name, sa.String) for name in ('action', 'subject')), sa.column('at', MOMENT))
UNITS = sa.table('units', sa.column('id', sa.Integer), sa.column('closed_on', sa.Date), sa.column('closed_at', MOMENT))
ROLES = sa.table(
    'memberships', sa.column('unit_id', sa.Integer), sa.column('ended_at', MOMENT), sa.column('ended_with_unit', sa.Boolean)
)
TASKS = sa.table('tasks', sa.column('id', sa.Integer), sa.column('settled_at', MOMENT))


READ_MOMENT = {
    'sqlite': """
        UPDATE reminders SET rung_at = substr(rung, -12, 4) || '-' || substr(rung, -8, 2) || '-' || substr(rung, -6, 2)
            || ' ' || substr(rung, -4, 2) || ':' || substr(rung, -2, 2) || ':00.000000'
        WHERE rung GLOB '*@[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'
    """,
    'postgresql': r"""
        UPDATE reminders SET rung_at = to_timestamp(right(rung, 12) || '+00', 'YYYYMMDDHH24MITZH')
        WHERE rung ~ '@[0-9]{12}$'
    """,
}


def upgrade() -> None:
    with op.batch_alter_table('messages') as batch:
        batch.add_column(sa.Column('kind', sa.String(length=20), nullable=False, server_default=''))
    with op.batch_alter_table('reminders') as batch:
        batch.add_column(sa.Column('kind', sa.String(length=20), nullable=False, server_default='rung'))
        batch.add_column(sa.Column('rung_at', MOMENT, nullable=True))
    with op.batch_alter_table('units') as batch:
        batch.add_column(sa.Column('closed_at', MOMENT, nullable=True))
    with op.batch_alter_table('memberships') as batch:
        batch.add_column(sa.Column('ended_with_unit', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('tasks') as batch:
        batch.add_column(sa.Column('settled_at', MOMENT, nullable=True))
    connection = op.get_bind()
    for kind in ('above', 'summary'):
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.key.startswith(f'{kind}:')).values(kind=kind))
    _read_rungs(connection)
    _read_audit(connection)


def _read_rungs(connection: sa.Connection) -> None:
    """As they were named: "topic@202204010100", "nudge-5@202204010100", "snooze@202204010100-5"."""
    begins = {'catch-up': 'catch-up', 'nudge-': 'nudge', 'snooze@': 'snooze', 'done@': 'done', 'summary@': 'summary'}
    for begin, kind in begins.items():
        connection.execute(sa.update(REMINDERS).where(REMINDERS.c.rung.startswith(begin)).values(kind=kind))
    connection.exec_driver_sql(READ_MOMENT[connection.dialect.name])


def _read_audit(connection: sa.Connection) -> None:
    latest = sa.select(AUDIT.c.subject, sa.func.max(AUDIT.c.at).label('at')).group_by(AUDIT.c.subject)
    closed = {row.subject: row.at for row in connection.execute(latest.where(AUDIT.c.action == 'unit closed'))}
    for unit_id in connection.scalars(sa.select(UNITS.c.id).where(UNITS.c.closed_on.is_not(None))).all():
        if at := closed.get(f'unit:{unit_id}'):
            connection.execute(sa.update(UNITS).where(UNITS.c.id == unit_id).values(closed_at=at))
            own = sa.and_(ROLES.c.unit_id == unit_id, ROLES.c.ended_at == at)
            connection.execute(sa.update(ROLES).where(own).values(ended_with_unit=True))
    settled = AUDIT.c.action.in_(('task done', 'task going', 'task dropped'))
    for row in connection.execute(latest.where(settled)).all():
        task_id = int(row.subject.removeprefix('task:'))
        connection.execute(sa.update(TASKS).where(TASKS.c.id == task_id).values(settled_at=row.at))
