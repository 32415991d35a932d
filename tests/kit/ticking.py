"""The clock of a test: every tick that is due up to a moment."""

from datetime import datetime

from sqlalchemy import func, select

from bot.tables import Message
from schedules import papers, plans, reminders, reports
from tests.kit.talker import Talker
from tests.kit.world import World


def tick_through(world: World, last: str, *readers: Talker) -> None:
    """Every tick that is due until then, each at its own time; the readers get their messages as they go out."""
    end: datetime = world.local(last)
    while True:
        with world.db.read() as session:
            moments = [reminders.next_reminder_moment(session)]
            if readers:
                waits = (Message.state == "waiting", Message.due_at > world.at)
                moments.append(session.scalar(select(func.min(Message.due_at)).where(*waits)))
        following = min((moment for moment in moments if moment), default=None)
        if following is None or following > end:
            break
        world.at = max(world.at, following)
        world.tick(reminders.say_reminders)
        for reader in readers:
            reader.looks()
    world.at = end


def runs(talker: Talker) -> Talker:
    """The clock does what this person has asked for, and they look."""
    for errand in (plans.do_plan_errands, reports.join_scans, papers.make_papers):
        talker.world.tick(errand)
    talker.looks()
    return talker
