"""Materials: what boards have handed in for a topic is tied to it; files tied to a topic after its reminder has gone out are told to
the units that have had it."""

from datetime import datetime

from bot.materials.from_reports import follow_reports
from bot.materials.telling import tell_turn, untold_turns
from bot.talk.desk import Desk


def send_materials(desk: Desk, at: datetime) -> int:
    """Tells of the files whose topic has been left alone for a while; answers how many messages were written."""
    follow_reports(desk, at)
    with desk.db.read() as session:
        turns = untold_turns(session, at)
    return sum(tell_turn(desk, turn, at) for turn in turns)
