"""What a unit chooses for itself: another topic of the pool, one more, the documents of a topic; and a choice taken back."""

from typing import Any

from bot.duties.life import meeting_of
from bot.meetings.choosing import (
    add_topic,
    addable_topics,
    documents_pickable,
    pick_documents,
    replace_topic,
    replacement_topics,
    take_topic_back,
)
from bot.meetings.joining import duties_of
from bot.meetings.meetings import lock_unit
from bot.problems import Invalid
from bot.reading.words import read_yes_no
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Topic, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.duties.choosing import Choosing, back_to_month

PAGE = 8
OWN = "own"
"""The plan's own topic, in the place of which the unit had put another."""


def _duty(chat: Chat) -> Duty | None:
    return chat.session.get(Duty, chat.answers(Choosing).duty or 0)


def _unit(chat: Chat) -> Unit:
    return chat.session.get_one(Unit, chat.answers(Choosing).unit)


def _topic(chat: Chat) -> Topic | None:
    return chat.session.get(Topic, chat.answers(Choosing).topic or 0)


def _page(chat: Chat, count: int) -> dict[str, Any]:
    """The page of so many rows that is shown, the place of its first row and how many pages there are."""
    pages = max(1, -(-count // PAGE))
    page = min(chat.answers(Choosing).page, pages - 1)
    return {"first": page * PAGE, "page": page, "pages": pages}


def _offered(chat: Chat) -> list[Topic]:
    duty = _duty(chat)
    if duty is not None:
        return replacement_topics(chat.session, duty)
    return addable_topics(chat.session, _unit(chat), chat.today)


def ask_pool_topic(chat: Chat) -> None:
    topics = _offered(chat)
    shown = _page(chat, len(topics))
    chat.say(
        "duties/choice/topic",
        unit=_unit(chat),
        duty=_duty(chat),
        topics=topics[shown["first"] :][:PAGE],
        **shown,
    )


def _turned(chat: Chat, value: str) -> bool:
    """Whether another page was asked for."""
    if not value.startswith("p") or not value[1:].isdecimal():
        return False
    chat.answers(Choosing).page = int(value[1:])
    chat.again()
    return True


def take_pool_topic(chat: Chat, answer: Answer) -> None:
    if _turned(chat, answer.value):
        return
    duty, topics = _duty(chat), _offered(chat)
    if answer.value == OWN and duty is not None and duty.chosen:
        chat.answers(Choosing).topic = None
    else:
        chat.answers(Choosing).topic = topics[_place(answer, [topic.id for topic in topics])].id
    chat.goto("card")


def _place(answer: Answer, values: list[int]) -> int:
    """The place in the list of what was pressed, or of the number that was typed. Raises Invalid(choose_button)."""
    said = answer.text.strip().rstrip(".")
    if answer.value.isdecimal() and int(answer.value) in values:
        return values.index(int(answer.value))
    if not answer.value and said.isascii() and said.isdigit() and 1 <= int(said) <= len(values):
        return int(said) - 1
    raise Invalid("choose_button")


def ask_choice_card(chat: Chat) -> None:
    duty = _duty(chat)
    topic = _topic(chat)
    if topic is None and duty is not None:
        topic = duty.demand.topic
    chat.say(
        "duties/choice/card",
        unit=_unit(chat),
        duty=duty,
        topic=topic,
        meeting=meeting_of(chat.session, duty) if duty else None,
    )


def _agreed(answer: Answer) -> bool:
    """Raises Invalid(choose_button) for what is neither yes nor no."""
    agreed = {"yes": True, "no": False}.get(answer.value) if answer.value else read_yes_no(answer.text)
    if agreed is None:
        raise Invalid("choose_button")
    return agreed


def take_choice_card(chat: Chat, answer: Answer) -> None:
    unit = chat.lead_unit(chat.answers(Choosing).unit)
    if unit is None:
        return
    if not _agreed(answer):
        _leave(chat, unit)
        return
    lock_unit(chat.session, unit.id)
    topic = _topic(chat)
    if chat.answers(Choosing).duty:
        _replace(chat, topic)
    elif topic is not None:
        _add(chat, unit, topic)


def _leave(chat: Chat, unit: Unit) -> None:
    chat.end()
    chat.open("month", str(unit.id))


def _replace(chat: Chat, topic: Topic | None) -> None:
    duty = own_duty(chat, chat.answers(Choosing).duty or 0, "meeting")
    if duty is None:
        return
    try:
        parted = replace_topic(chat.session, duty, topic, chat.moment)
    except Invalid as problem:
        back_to_month(chat, duty.unit_id, problem.code)
        return
    titles = [one.title for one in parted]
    trouble = chat.desk.render.sentence("choice_parted", {"titles": titles}) if titles else ""
    chat.note("topic chosen" if topic else "topic put back", f"duty:{duty.id}")
    _say_done(chat, duty, trouble)


def _add(chat: Chat, unit: Unit, topic: Topic) -> None:
    try:
        duty = add_topic(chat.session, unit, topic, chat.moment)
    except Invalid as problem:
        back_to_month(chat, unit.id, problem.code)
        return
    chat.note("topic added", f"duty:{duty.id}")
    _say_done(chat, duty)


def _say_done(chat: Chat, duty: Duty, trouble: str = "") -> None:
    chat.end()
    meeting = meeting_of(chat.session, duty)
    chat.say(
        "duties/choice/done", trouble=trouble, duty=duty, meeting=meeting, documents=documents_pickable(duty)
    )


def ask_documents(chat: Chat) -> None:
    duty = chat.session.get_one(Duty, chat.answers(Choosing).duty)
    documents = duty.topic.documents if duty.topic else []
    shown = _page(chat, len(documents))
    chat.say(
        "duties/choice/documents",
        duty=duty,
        documents=documents[shown["first"] :][:PAGE],
        picks=chat.answers(Choosing).picks,
        count=len(documents),
        **shown,
    )


def take_documents(chat: Chat, answer: Answer) -> None:
    duty = own_duty(chat, chat.answers(Choosing).duty or 0, "meeting")
    if duty is None or _turned(chat, answer.value):
        return
    if answer.value == "done":
        _pick(chat, duty)
        return
    count = len(duty.topic.documents) if duty.topic else 0
    place = _place(answer, list(range(count)))
    choosing = chat.answers(Choosing)
    choosing.picks = sorted({*choosing.picks} ^ {place})
    chat.again()


def _pick(chat: Chat, duty: Duty) -> None:
    lock_unit(chat.session, duty.unit_id)
    try:
        pick_documents(chat.session, duty, chat.answers(Choosing).picks)
    except Invalid as problem:
        if problem.code == "choice_empty":
            raise
        back_to_month(chat, duty.unit_id, problem.code)
        return
    chat.note("documents chosen", f"duty:{duty.id}")
    chat.end()
    chat.say("duties/choice/picked", duty=duty)


def ask_topic_drop(chat: Chat) -> None:
    duty = chat.session.get_one(Duty, chat.answers(Choosing).duty)
    meeting = meeting_of(chat.session, duty)
    others = [one for one in duties_of(chat.session, meeting) if one.id != duty.id] if meeting else []
    chat.say("duties/choice/drop", duty=duty, meeting=meeting, others=others)


def take_topic_drop(chat: Chat, answer: Answer) -> None:
    duty = own_duty(chat, chat.answers(Choosing).duty or 0, "meeting")
    if duty is None:
        return
    unit = lock_unit(chat.session, duty.unit_id)
    if not _agreed(answer):
        _leave(chat, unit)
        return
    try:
        take_topic_back(chat.session, duty, chat.moment)
    except Invalid as problem:
        back_to_month(chat, unit.id, problem.code)
        return
    chat.note("topic taken back", f"duty:{duty.id}")
    chat.end()
    chat.say("duties/choice/dropped", duty=duty)


FLOW = Flow(
    "choice",
    FlowStep("topic", ask_pool_topic, take_pool_topic, numbers=True),
    FlowStep("card", ask_choice_card, take_choice_card),
    FlowStep("documents", ask_documents, take_documents, numbers=True),
    FlowStep("drop", ask_topic_drop, take_topic_drop),
    answers=Choosing,
)
