"""When each reminder was said, to whom, and on which rungs of its ladder."""

from sqlalchemy import func, select, update

from bot.tables import Duty, Message, Reminder
from bot.talk.outbox import HOLD
from tests.kit.talker import Talker
from tests.kit.world import World

Said = list[tuple[str, int, str]]


def said(world: World, key: str = "", since: str = "2022-01-01 00:00") -> Said:
    """(moment, person, rungs) of every message that was not withdrawn, in order; `key`: those of one duty."""
    with world.db.read() as session:
        query = (
            select(Message.id, Message.hold_until, Message.person_id, Reminder.rung)
            .join(Reminder, Reminder.message_id == Message.id)
            .join(Duty, Duty.id == Reminder.duty_id)
            .where(Message.state != "withdrawn", Message.created_at >= world.local(since))
            .order_by(Message.hold_until, Message.person_id, Duty.due_on, Duty.id)
        )
        rows = session.execute(query.where(Duty.key == key) if key else query).all()
    lines: dict[int, tuple[str, int, str]] = {}
    for number, hold, person, rung in rows:
        assert hold is not None
        moment = f"{(hold - HOLD).astimezone(world.desk.zone):%d/%m %H:%M}"
        before = f"{lines[number][2]} " if number in lines else ""
        lines[number] = (moment, person, f"{before}{rung.split('@')[0]}")
    return list(lines.values())


def moments(world: World, key: str = "") -> list[tuple[str, str]]:
    return [(moment, rungs) for moment, _, rungs in said(world, key)]


def waiting(world: World) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).where(Message.state == "waiting")) or 0


def only_in_may(world: World) -> Talker:
    """A secretary who is told nothing but May's meeting: the rest of the plan is put aside."""
    secretary = world.registered("CB01", "secretary")
    with world.db.write() as session:
        session.execute(update(Duty).where(Duty.key != "2022-05").values(next_reminder_at=None))
    return secretary
