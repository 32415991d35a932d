"""A person's name: said by oneself in the settings, mended by the office at the unit's card."""

from dataclasses import dataclass

from bot.problems import Invalid
from bot.reading.names import read_name
from bot.reading.words import fold
from bot.tables import Membership, Person, Unit
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from bot.units.lookup import holders_of


@dataclass
class Naming(Answers):
    """Whose name; of the office's question also whose unit's card it was asked at."""

    unit: int | None = None
    person: int | None = None


def begin_own(chat: Chat) -> None:
    chat.begin(Naming(person=chat.person.id), "name")


def begin_naming(chat: Chat, unit_id: str) -> None:
    """Whose name of a unit is to be mended; asked only where it has several people."""
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is None or not chat.may("administer", unit.path):
        chat.refuse()
        return
    people = {m.person_id for m in holders_of(chat.session, unit)}
    if len(people) == 1:
        chat.begin(Naming(unit.id, people.pop()), "name")
    else:
        chat.begin(Naming(unit.id))


def _unit(chat: Chat) -> Unit | None:
    return chat.session.get(Unit, chat.answers(Naming).unit or 0)


def _holders(chat: Chat) -> list[Membership]:
    """Each person of the unit once."""
    unit = _unit(chat)
    found = holders_of(chat.session, unit) if unit else []
    return list({m.person_id: m for m in reversed(found)}.values())[::-1]


def ask_whose(chat: Chat) -> None:
    chat.say("people/naming/whose", holders=_holders(chat), unit=_unit(chat))


def take_whose(chat: Chat, answer: Answer) -> None:
    words = fold(answer.text)
    found = [
        m
        for m in _holders(chat)
        if str(m.person_id) == answer.value or (words and fold(m.person.name) == words)
    ]
    if len(found) != 1:
        raise Invalid("choose_button")
    chat.answers(Naming).person = found[0].person_id
    chat.goto("name")


def ask_mended_name(chat: Chat) -> None:
    naming = chat.answers(Naming)
    person = chat.session.get_one(Person, naming.person)
    chat.say("people/naming/name", person=person, unit_id=naming.unit)


def take_mended_name(chat: Chat, answer: Answer) -> None:
    person, unit = chat.session.get_one(Person, chat.answers(Naming).person), _unit(chat)
    if unit is not None and not _manages(chat, unit, person):
        chat.refuse()
        return
    person.name = read_name(answer.text)
    chat.note("name set", f"person:{person.id}")
    if person.id != chat.person.id:
        chat.tell(person, "people/naming/told", name=person.name)
    chat.end()
    chat.say("people/naming/done", person=person, unit_id=unit.id if unit else None)


def _manages(chat: Chat, unit: Unit, person: Person) -> bool:
    """The roles are looked at again: either may have ended since the question."""
    holds = any(m.person_id == person.id for m in holders_of(chat.session, unit))
    return holds and chat.may("administer", unit.path)


FLOW = Flow(
    "naming",
    FlowStep("whose", ask_whose, take_whose),
    FlowStep("name", ask_mended_name, take_mended_name),
    answers=Naming,
)
