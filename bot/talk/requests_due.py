"""The office hears of people's requests about their data whose day is near or has passed."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.calendar import next_allowed
from bot.people.reaching import reachable_contact
from bot.people.requests import offices_of, requests_to_remind
from bot.talk import outbox
from bot.talk.desk import Desk


def tell_of_requests(desk: Desk, session: Session, at: datetime) -> int:
    """Once when its day is near and once when it has passed; answers how many messages were written."""
    moment, told = desk.moment(at), 0
    today, due_at = moment.today, next_allowed(moment)
    for request in requests_to_remind(session, at, today):
        reply = desk.render.reply("people/requests/near", {"request": request, "today": today})
        for office in offices_of(session, request.person_id):
            contact = reachable_contact(session, office.id)
            if contact is not None:
                outbox.post_message(session, contact, reply, at, bulk=True, due_at=due_at)
                told += 1
    return told
