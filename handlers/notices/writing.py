"""A notice is written: to whom, what, a look at it, at once or at a set time."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.calendar import at_local, next_working_day
from bot.messages import File
from bot.notices.notices import (
    MOST_FILES,
    TEXT_LIMIT,
    cells_without_hearers,
    count_hearers,
    speaking_roles,
)
from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reading.words import quoted_words
from bot.tables import Membership, Notice, Unit
from bot.talk.albums import album_refusals, say_once, upload_link, with_new
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from bot.units.finding import FindingUnit, take_unit_found

EIGHT = time(8)
LATEST = timedelta(days=90)
NAMED = 5


@dataclass
class Noticing(FindingUnit):
    """`tops`: the units at or below which it is told; `name`: the role (id) in whose name."""

    tops: list[int] = field(default_factory=list)
    name: int = 0
    text: str = ""
    files: list[File] = field(default_factory=list)
    hint: bool = False


def begin_notice(chat: Chat) -> None:
    roles = speaking_roles(chat.roles())
    if not roles:
        chat.say("talk/not_yours")
        return
    chat.begin(Noticing(name=roles[0].id))


def _speaker(chat: Chat) -> Membership | None:
    """The role in whose name it is; says so and ends the dialog where there is none any more."""
    roles = speaking_roles(chat.roles())
    if not roles:
        chat.refuse()
        return None
    named = chat.answers(Noticing).name
    return next((role for role in roles if role.id == named), roles[0])


def ask_to(chat: Chat) -> None:
    noticing = chat.answers(Noticing)
    tops = list({m.unit_id: m.unit for m in speaking_roles(chat.roles())}.values())
    chat.say(
        "notices/to",
        tops=[unit for unit in tops if unit.id not in noticing.tops],
        chosen=_units(chat),
        found=noticing.units(chat),
        count=noticing.count,
    )


def _units(chat: Chat) -> list[Unit]:
    return [chat.session.get_one(Unit, unit_id) for unit_id in chat.answers(Noticing).tops]


def take_to(chat: Chat, answer: Answer) -> None:
    noticing = chat.answers(Noticing)
    if answer.value == "done" and noticing.tops:
        chat.goto("card" if noticing.text else "words")
        return
    unit = take_unit_found(chat, answer, noticing, "nudge")
    if unit is None:
        return
    if unit.id not in noticing.tops:
        noticing.tops.append(unit.id)
    chat.goto("card" if noticing.text else "words")


def ask_words(chat: Chat) -> None:
    noticing = chat.answers(Noticing)
    chat.say(
        "notices/words",
        **say_once(chat, f"notice:{chat.person.id}"),
        given=noticing.files,
        old=noticing.text,
        refused=album_refusals(chat),
        upload=upload_link(chat) or chat.upload_link(),
    )


def _more(chat: Chat, answer: Answer) -> str | None:
    """Takes in files; None if none came, else what is wrong with their number."""
    if not (answer.files or chat.event.refused):
        return None
    noticing = chat.answers(Noticing)
    noticing.files, full = with_new(chat, noticing.files, MOST_FILES, "too_many_files")
    return full


def take_words(chat: Chat, answer: Answer) -> None:
    full, noticing = _more(chat, answer), chat.answers(Noticing)
    words = answer.text.strip()
    if len(chat.event.text) > TEXT_LIMIT:
        raise Invalid("text_long", most=TEXT_LIMIT)
    if words:
        noticing.text = words
        chat.goto("card", trouble=full or "")
    elif full is not None:
        chat.again(trouble=full)
    else:
        raise Invalid("text_empty" if not answer.value else "choose_button")


def ask_card(chat: Chat) -> None:
    noticing, speaker = chat.answers(Noticing), _speaker(chat)
    if speaker is None:
        return
    units, people = count_hearers(chat.session, noticing.tops)
    alone, all_alone = cells_without_hearers(chat.session, noticing.tops, NAMED)
    chat.say(
        "notices/draft",
        **say_once(chat, f"draft:{chat.person.id}"),
        draft=noticing,
        speaker=speaker,
        others=[role for role in speaking_roles(chat.roles()) if role.id != speaker.id],
        tops=_units(chat),
        units=units,
        people=people,
        alone=alone,
        all_alone=all_alone,
        refused=album_refusals(chat),
        upload=upload_link(chat),
    )


def take_card(chat: Chat, answer: Answer) -> None:
    noticing = chat.answers(Noticing)
    if (full := _more(chat, answer)) is not None:
        chat.again(trouble=full)
    elif answer.value == "send":
        _write(chat, chat.at)
    elif answer.value in ("when", "to", "words"):
        chat.goto(answer.value)
    elif answer.value == "hint":
        noticing.hint = not noticing.hint
        chat.again()
    elif answer.value.startswith("as") and answer.value[2:].isdecimal():
        noticing.name = int(answer.value[2:])
        chat.again()
    elif answer.value == "drop":
        chat.end()
        chat.say("notices/dropped")
    else:
        raise Invalid("choose_button")


def ask_when(chat: Chat) -> None:
    tomorrow = chat.today + timedelta(days=1)
    chat.say("notices/when", tomorrow=tomorrow, working=next_working_day(tomorrow))


def take_when(chat: Chat, answer: Answer) -> None:
    when = _chosen(chat, answer) or _said(chat, answer.text)
    if when <= chat.at:
        raise Invalid("date_past", day=chat.moment.day_of(when))
    if when - chat.at > LATEST:
        raise Invalid("notice_too_late", most=LATEST.days)
    _write(chat, when)


def _chosen(chat: Chat, answer: Answer) -> datetime | None:
    """Eight o'clock of the day that the button names."""
    try:
        return at_local(date.fromisoformat(answer.value), EIGHT, chat.zone) if answer.value else None
    except ValueError:
        raise Invalid("choose_button") from None


def _said(chat: Chat, text: str) -> datetime:
    """A day alone is its eight o'clock, a time alone is today's."""
    spoken = read_moment(text, today=chat.today, now=chat.moment.local.time())
    if not (spoken.at or spoken.day):
        raise Invalid("time_unclear", said=quoted_words(text))
    return at_local(spoken.day or chat.today, spoken.at or EIGHT, chat.zone)


def _write(chat: Chat, due_at: datetime) -> None:
    noticing, speaker = chat.answers(Noticing), _speaker(chat)
    if speaker is None:
        return
    tops = [unit.id for unit in _units(chat) if chat.may("nudge", unit.path)]
    if not tops:
        chat.refuse()
        return
    if not count_hearers(chat.session, tops)[1]:
        raise Invalid("notice_nobody")
    notice = Notice(
        unit_id=speaker.unit_id,
        person_id=chat.person.id,
        role=speaker.role,
        tops=tuple(tops),
        text=noticing.text,
        files=tuple(noticing.files),
        hint=noticing.hint,
        created_at=chat.at,
        due_at=due_at,
    )
    chat.session.add(notice)
    chat.session.flush()
    chat.note("notice written", f"notice:{notice.id}")
    chat.end()
    chat.say("notices/written", notice=notice, later=due_at > chat.at)


FLOW = Flow(
    "notice",
    FlowStep("to", ask_to, take_to, numbers=True),
    FlowStep("words", ask_words, take_words, numbers=True, files=True),
    FlowStep("card", ask_card, take_card, files=True),
    FlowStep("when", ask_when, take_when, numbers=True),
    answers=Noticing,
)
