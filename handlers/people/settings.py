"""`/caidat`: the reminder hour, weekends, away with a delegate, the web link, a second channel, deleting one's data."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.duties.withdrawing import hand_over
from bot.people.consents import consents_of
from bot.people.invitations import LINK_MINUTES, invite_channel
from bot.people.mail_addresses import MAIL
from bot.people.newcomers import look_again
from bot.people.people import forget_person
from bot.people.places import KEY_LIFE, WITHDRAWN, last_used, own_web_chat, places_of, withdraw_place
from bot.people.reaching import reachable_contact
from bot.people.roles import role_holders
from bot.people.staff import secretaries_of
from bot.problems import Invalid
from bot.reading.moments import read_moment, without_until
from bot.reading.names import read_name
from bot.reading.words import fold, quoted_words, read_number, read_yes_no
from bot.tables import Contact, Person
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from bot.talk.outbox import lose_contact

HOURS = (7, 8, 9, 12, 17, 19, 20)
FIRST_HOUR, LAST_HOUR = 7, 20
AWAY_DAYS = (3, 7, 14)
LONGEST_AWAY = timedelta(days=180)


@dataclass
class Setting(Answers):
    until: date | None = None
    """The last day away, while it is asked who stands in."""


def show_settings(chat: Chat) -> None:
    if chat.dialog.flow in (FLOW.name, "naming", "mail_address", "hearing"):
        chat.end()
    chat.say(
        "people/settings/settings",
        away=_away_until(chat),
        delegate=_delegate(chat),
        leads=bool(role_holders(chat.roles(), "lead")),
        mails=MAIL in chat.desk.channels,
        first=_told_first(chat),
        bell=chat.contact.channel == "web" and _pages_may_ring(chat),
    )


def _pages_may_ring(chat: Chat) -> bool:
    """Browsers and their push services want https."""
    return chat.desk.links.web_chat(chat.contact.id).startswith("https://")


def _told_first(chat: Chat) -> Contact | None:
    """Where the person is told first, if there is a choice."""
    places = [place for place in places_of(chat.session, chat.person.id) if place.lost_at is None]
    return reachable_contact(chat.session, chat.person.id) if len(places) > 1 else None


def _away_until(chat: Chat) -> date | None:
    until = chat.person.away_until
    return until if until and until >= chat.today else None


def _delegate(chat: Chat) -> Person | None:
    return chat.session.get(Person, chat.person.delegate_id) if chat.person.delegate_id else None


def set_hour(chat: Chat) -> None:
    chat.begin(Setting(), "hour")


def set_away(chat: Chat) -> None:
    if role_holders(chat.roles(), "lead"):
        chat.begin(Setting(), "away")
    else:
        chat.say("talk/not_yours")


def set_weekends(chat: Chat) -> None:
    chat.begin(Setting(), "weekends")


def forget_me(chat: Chat) -> None:
    chat.begin(Setting(), "forget")


def show_consent(chat: Chat) -> None:
    chat.say("people/settings/consent", consents=consents_of(chat.session, chat.person.id))


def web_link(chat: Chat) -> None:
    """The link of the very chat that is open stays; from elsewhere a new one is made, which ends the old."""
    here = chat.contact.channel == "web"
    web = chat.contact if here else own_web_chat(chat.session, chat.person, chat.at)
    link = chat.desk.links.web_chat(web.id, web.key)
    chat.say("people/settings/web", link=link, here=here, days=KEY_LIFE.days, bell=_pages_may_ring(chat))


def show_places(chat: Chat) -> None:
    chat.begin(Setting(), "places")


def ask_place_to_withdraw(chat: Chat) -> None:
    places = places_of(chat.session, chat.person.id)
    chat.say("people/settings/places", places=places, last_used=last_used, mail=MAIL)


def take_place_to_withdraw(chat: Chat, answer: Answer) -> None:
    """A place is withdrawn from another one alone: nobody shuts out themselves."""
    places = [p for p in places_of(chat.session, chat.person.id) if p.id != chat.contact.id]
    chosen = [place for place in places if str(place.id) == answer.value]
    if not chosen:
        raise Invalid("choose_button")
    lose_contact(chat.session, chosen[0], WITHDRAWN, chat.at)
    withdraw_place(chat.session, chosen[0], chat.at)
    chat.note("place withdrawn", f"contact:{chosen[0].id}")
    chat.end()
    chat.say("people/settings/place_withdrawn", channel=chosen[0].channel, mail=MAIL)


def channel_code(chat: Chat) -> None:
    chat.say(
        "people/settings/channel",
        code=invite_channel(chat.session, chat.person, chat.at),
        minutes=LINK_MINUTES,
    )


def ask_hour(chat: Chat) -> None:
    chat.say("people/settings/hour", hours=HOURS)


def take_hour(chat: Chat, answer: Answer) -> None:
    chosen = read_number(answer.value) if answer.value else _typed_hour(chat, answer.text)
    if not FIRST_HOUR <= chosen <= LAST_HOUR:
        raise Invalid("hour_range")
    chat.person.reminder_hour = chosen
    chat.end()
    chat.say("people/settings/hour_set", hour=chosen)


def ask_weekends(chat: Chat) -> None:
    chat.say("people/settings/weekends", weekends=chat.person.weekends)


def take_weekends(chat: Chat, answer: Answer) -> None:
    wanted = {"all": True, "working": False}.get(answer.value)
    if wanted is None:
        raise Invalid("choose_button")
    chat.person.weekends = wanted
    chat.note("weekends", str(wanted).lower())
    chat.end()
    chat.say("people/settings/weekends_set", weekends=wanted)


def _typed_hour(chat: Chat, text: str) -> int:
    try:
        return read_number(text)
    except Invalid:
        clock = read_moment(text, today=chat.today).at
        if clock is None:
            raise Invalid("time_unclear", said=quoted_words(text)) from None
        return clock.hour


def ask_away(chat: Chat) -> None:
    days = [chat.today + timedelta(days=n) for n in AWAY_DAYS]
    chat.say("people/settings/away", days=days, away=_away_until(chat))


def take_away(chat: Chat, answer: Answer) -> None:
    if answer.value == "back":
        _come_back(chat)
        return
    day = _day_said(chat, answer.value or without_until(answer.text))
    if day < chat.today:
        raise Invalid("date_past", day=day)
    chat.answers(Setting).until = day
    if _colleagues(chat):
        chat.goto("delegate")
    else:
        _leave(chat, None)


def _day_said(chat: Chat, text: str) -> date:
    """A day that has just passed, typed without its year, is a slip and no day of next year."""
    day = read_moment(text, today=chat.today).day
    if day is None:
        raise Invalid("date_unclear", said=quoted_words(text))
    if day - chat.today > LONGEST_AWAY and not re.search(r"\d{4}", text):
        return read_moment(text, today=chat.today, past=True).day or day
    return day


def _come_back(chat: Chat) -> None:
    delegate, until = _delegate(chat), _away_until(chat)
    chat.person.away_until, chat.person.delegate_id = None, None
    chat.session.flush()
    look_again(chat.session, chat.person.id, chat.at)
    chat.note("back")
    chat.end()
    chat.say("people/settings/back")
    if delegate is not None and until is not None:
        chat.tell(delegate, "people/settings/returned", name=chat.person.name)


def _colleagues(chat: Chat) -> list[Person]:
    """The other secretaries of the person's units."""
    units = [m.unit_id for m in role_holders(chat.roles(), "lead")]
    found = secretaries_of(chat.session, units)
    return list({p.id: p for people in found.values() for p in people if p.id != chat.person.id}.values())


def ask_delegate(chat: Chat) -> None:
    chat.say("people/settings/delegate", people=_colleagues(chat))


def take_delegate(chat: Chat, answer: Answer) -> None:
    if answer.value == "none" or (answer.text and read_yes_no(answer.text) is False):
        _leave(chat, None)
        return
    found = _named(chat, answer) if answer.text else _chosen(chat, answer.value)
    if len(found) != 1:
        raise Invalid("choose_button")
    _leave(chat, found[0])


def _chosen(chat: Chat, value: str) -> list[Person]:
    return [person for person in _colleagues(chat) if str(person.id) == value]


def _named(chat: Chat, answer: Answer) -> list[Person]:
    """Whose name was typed, all of it or its last part: "đồng chí An"."""
    try:
        name = fold(read_name(answer.text))
    except Invalid:
        return []
    people = {person: fold(person.name) for person in _colleagues(chat) if person.name}
    whole = [person for person, own in people.items() if own == name]
    return whole or [person for person, own in people.items() if f" {own}".endswith(f" {name}")]


def _leave(chat: Chat, delegate: Person | None) -> None:
    until = chat.answers(Setting).until
    chat.person.away_until = until
    chat.person.delegate_id = delegate.id if delegate else None
    chat.session.flush()
    hand_over(chat.session, chat.person.id, chat.at)
    look_again(chat.session, chat.person.id, chat.at)
    chat.note("away", f"until:{until}")
    chat.end()
    chat.say("people/settings/away_set", until=until, delegate=delegate)
    if delegate is not None:
        chat.tell(delegate, "people/settings/delegated", name=chat.person.name, until=until)


def ask_forget(chat: Chat) -> None:
    chat.say("people/settings/forget")


def take_forget(chat: Chat, answer: Answer) -> None:
    if answer.value == "yes":
        chat.note("forgotten", f"person:{chat.person.id}")
        hand_over(chat.session, chat.person.id, chat.at)
        forget_person(chat.session, chat.person, chat.at)
        chat.forget_roles()
        chat.end()
        chat.say("people/settings/forgotten")
    elif answer.value == "no" or (not answer.value and read_yes_no(answer.text) is False):
        chat.open("home")
    else:
        raise Invalid("choose_button")


FLOW = Flow(
    "settings",
    FlowStep("hour", ask_hour, take_hour, numbers=True),
    FlowStep("weekends", ask_weekends, take_weekends),
    FlowStep("away", ask_away, take_away, numbers=True),
    FlowStep("delegate", ask_delegate, take_delegate),
    FlowStep("places", ask_place_to_withdraw, take_place_to_withdraw),
    FlowStep("forget", ask_forget, take_forget),
    answers=Setting,
)
