"""`/caidat` → where reminders come first: one of the places that the person uses, or wherever it is noticed best."""

from dataclasses import dataclass

from bot.people.places import last_used, places_of
from bot.people.reaching import choose_first, reachable_contact, ringing_places
from bot.problems import Invalid
from bot.reading.words import fold
from bot.tables import Contact
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep

AUTO = "auto"


@dataclass
class Hearing(Answers):
    """Nothing is learned before the place is chosen."""


def first_places(chat: Chat) -> list[Contact]:
    """Where the person can be told."""
    return [place for place in places_of(chat.session, chat.person.id) if place.lost_at is None]


def begin_first(chat: Chat) -> None:
    chat.begin(Hearing())


def ask_first(chat: Chat) -> None:
    chat.say(
        "people/settings/first",
        places=first_places(chat),
        first=reachable_contact(chat.session, chat.person.id) or chat.contact,
        rings=ringing_places(chat.session, chat.person.id),
        last_used=last_used,
    )


def take_first(chat: Chat, answer: Answer) -> None:
    found = [place for place in first_places(chat) if _is_meant(chat, place, answer)]
    if len(found) != 1 and answer.value != AUTO:
        raise Invalid("choose_button")
    chosen = found[0] if found else None
    choose_first(chat.session, chat.person.id, chosen, chat.at)
    chat.note("told first", f"contact:{chosen.id}" if chosen else AUTO)
    chat.end()
    first = reachable_contact(chat.session, chat.person.id) or chat.contact
    rings = first.id in ringing_places(chat.session, chat.person.id)
    chat.say("people/settings/first_set", chosen=chosen, first=first, rings=rings)


def _is_meant(chat: Chat, place: Contact, answer: Answer) -> bool:
    if answer.value:
        return answer.value == str(place.id)
    name = chat.desk.render.words["channels"].get(place.channel, place.channel)
    return f" {fold(name)} " in f" {fold(answer.text)} "


FLOW = Flow("hearing", FlowStep("first", ask_first, take_first), answers=Hearing)
