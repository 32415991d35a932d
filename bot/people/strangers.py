"""Who has no role here is told once what to do, and then not heard for a while: a stranger costs one sentence, not a row a word."""

import re
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.messages import Abilities, Incoming
from bot.people.people import holds_role
from bot.reading.codes import code_in
from bot.tables import Contact

SILENCE = timedelta(minutes=10)
DEAR_SILENCE = timedelta(days=1)
"""Where the messages of a month are numbered: each sentence to a stranger is one less for those who belong here."""
MOST_TRIES = 5
"""So many tries at a code of the wrong shape are helped along within a silence."""
MOST_CODES = 20
"""So many of the right shape; each but the first ten is told to wait anyhow."""
_TRY = re.compile(r"[^\W_]{2,6}[-–. ]?[^\W_]{2,6}")


def silence_of(abilities: Abilities) -> timedelta:
    return SILENCE if abilities.messages_a_month is None else DEAR_SILENCE


def is_heard(session: Session, contact: Contact, event: Incoming, abilities: Abilities) -> bool:
    """Whether the event goes on at all. A code is heard through the silence, and so is what may be a code ill typed; whoever
    has been given a role meanwhile is heard at once."""
    since = contact.stranger_since
    if since is None or event.blocked is not None or event.at - since >= silence_of(abilities):
        return True
    command, _, rest = event.text.strip().partition(" ")
    text = rest if command.startswith("/") else event.text.strip()
    most = MOST_CODES if code_in(text) else MOST_TRIES if _may_be_code(text) else 0
    return contact.stranger_answers < most or holds_role(session, contact.channel, contact.place)


def _may_be_code(text: str) -> bool:
    shaped = _TRY.fullmatch(text) is not None and 6 <= sum(map(str.isalnum, text)) <= 10
    return shaped and ("-" in text or text.isupper() or any(map(str.isdigit, text)))


def note_answered(contact: Contact, at: datetime, abilities: Abilities) -> None:
    """A stranger is answered: the silence begins, or one more answer is given within it."""
    if contact.stranger_since is None or at - contact.stranger_since >= silence_of(abilities):
        contact.stranger_since, contact.stranger_answers = at, 0
    contact.stranger_answers += 1


def note_welcome(contact: Contact) -> None:
    contact.stranger_since, contact.stranger_answers = None, 0
