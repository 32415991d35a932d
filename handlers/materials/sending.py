"""A leader ties files to a topic: what the files are for, which topic and which turn of it, a look at what goes to whom, `Gửi`."""

from typing import Any

from bot.duties.turns import EVERY, at_hand, topic_turns
from bot.materials.materials import MOST_MATERIALS, tie_materials, units_reached
from bot.materials.replacing import former_files, replace_files
from bot.materials.sending import Sending
from bot.materials.shelves import topic_in_reach, topic_shelves
from bot.people.roles import role_holders
from bot.periods import Period
from bot.problems import Invalid
from bot.reports.handing_in import HandingIn
from bot.reports.submissions import MOST_FILES
from bot.tables import Topic
from bot.talk.albums import album_refusals, say_once, upload_link, with_new
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep

PAGE = 8
TURNS = 6
"""So many turns of a topic that recurs are offered at a time."""
ALWAYS = "every"
DIGITS = 9
"""The longest number that a row's id is taken for."""


def begin_sending(chat: Chat, topic_id: str) -> None:
    """`Gửi thêm tệp` of one topic: waits for the files."""
    if _reached(chat, topic_id) is not None:
        chat.begin(Sending(topic=int(topic_id)), "files")


def _reached(chat: Chat, topic_id: object) -> tuple[Topic, list[str]] | None:
    """The topic and the part of the tree that the person may send its files to; else says no and ends the dialog."""
    text = str(topic_id)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0
    found = topic_in_reach(chat.session, chat.roles(), "nudge", number)
    if found is None:
        chat.refuse()
    return found


def _more(chat: Chat, answer: Answer) -> str | None:
    """Takes in files that have come for the present question; None if none came, neither taken nor refused, else what is wrong
    with them in number."""
    if not (answer.files or chat.event.refused):
        return None
    sending, undecided = chat.answers(Sending), chat.dialog.step == "purpose"
    most, code = (MOST_FILES, "too_many_files") if undecided else (MOST_MATERIALS, "too_many_materials")
    sending.files, full = with_new(chat, sending.files, most, code)
    return full


def ask_sender_role(chat: Chat) -> None:
    chat.say(
        "materials/purpose",
        **say_once(chat, f"purpose:{chat.person.id}"),
        given=chat.answers(Sending).files,
        refused=album_refusals(chat),
        upload=upload_link(chat),
    )


def take_sender_role(chat: Chat, answer: Answer) -> None:
    """Who leads a unit and a committee says which of the two has sent the files."""
    if (full := _more(chat, answer)) is not None:
        chat.again(trouble=full)
    elif answer.value == "topic":
        if len(chat.answers(Sending).files) > MOST_MATERIALS:
            raise Invalid("too_many_materials", most=MOST_MATERIALS)
        chat.goto("topic")
    elif answer.value == "report":
        _hand_over(chat)
    else:
        raise Invalid("choose_button")


def _hand_over(chat: Chat) -> None:
    """They are a report: goes on there with the same files."""
    units = {held.unit_id for held in role_holders(chat.roles(), "lead")}
    files = chat.answers(Sending).files
    if len(units) == 1:
        chat.begin(HandingIn(units.pop(), files=files))
    elif units:
        chat.begin(HandingIn(files=files), "unit")
    else:
        chat.refuse()


def ask_material_topic(chat: Chat) -> None:
    found = topic_shelves(chat.session, chat.roles(), "nudge", chat.today)
    last = max(0, (len(found) - 1) // PAGE)
    sending = chat.answers(Sending)
    page = min(sending.page, last)
    facts: dict[str, Any] = {
        "given": sending.files,
        "refused": album_refusals(chat),
        "upload": upload_link(chat),
    }
    if not found:
        chat.end()
        chat.say("materials/none", **facts)
        return
    chat.say(
        "materials/topic",
        **say_once(chat, f"topic:{chat.person.id}"),
        shelves=found[page * PAGE : (page + 1) * PAGE],
        page=page,
        last=last,
        back=len(chat.dialog.trail) > 0,
        **facts,
    )


def take_material_topic(chat: Chat, answer: Answer) -> None:
    if (full := _more(chat, answer)) is not None:
        chat.again(trouble=full)
    elif answer.value.startswith("page"):
        chat.answers(Sending).page = int(answer.value.removeprefix("page"))
        chat.again()
    elif not answer.value:
        raise Invalid("choose_button")
    elif (found := _reached(chat, answer.value)) is not None:
        _take(chat, found[0])


def _take(chat: Chat, topic: Topic, trouble: str = "") -> None:
    """The topic is known: of one that recurs it is asked which turn the files are for."""
    sending = chat.answers(Sending)
    sending.topic, sending.period, sending.turns = topic.id, EVERY, None
    chat.goto("turn" if topic_turns(chat.session, topic) else "card", trouble=trouble)


def ask_material_turn(chat: Chat) -> None:
    """The turns from the one at hand on, the others a page before and after."""
    sending = chat.answers(Sending)
    found = _reached(chat, sending.topic)
    if found is None:
        return
    its, start = topic_turns(chat.session, found[0]), sending.turns
    if start is None:
        now = at_hand(its, chat.today)
        start = its.index(now) if now else 0
    chat.say(
        "materials/turn",
        **say_once(chat, f"turn:{chat.person.id}"),
        topic=found[0],
        turns=its[start : start + TURNS],
        before=max(0, start - TURNS) if start else None,
        after=start + TURNS if start + TURNS < len(its) else None,
        always=ALWAYS,
        given=chat.answers(Sending).files,
        refused=album_refusals(chat),
        upload=upload_link(chat),
        back=len(chat.dialog.trail) > 0,
    )


def take_material_turn(chat: Chat, answer: Answer) -> None:
    if (full := _more(chat, answer)) is not None:
        chat.again(trouble=full)
        return
    sending = chat.answers(Sending)
    if answer.value.startswith("from"):
        sending.turns = int(answer.value.removeprefix("from"))
        chat.again()
        return
    found = _reached(chat, sending.topic)
    if found is None:
        return
    if answer.value == ALWAYS:
        sending.period = EVERY
    elif turn := _turn_of(chat, found[0], answer.value):
        sending.period = turn.key
    else:
        raise Invalid("choose_button")
    chat.goto("card")


def _turn_of(chat: Chat, topic: Topic, period: str) -> Period | None:
    return next((one for one in topic_turns(chat.session, topic) if one.key == period and period), None)


def ask_material_files(chat: Chat) -> None:
    topic = chat.session.get_one(Topic, chat.answers(Sending).topic)
    chat.say("materials/send", topic=topic, refused=album_refusals(chat), upload=chat.upload_link())


def take_material_files(chat: Chat, answer: Answer) -> None:
    full, sending = _more(chat, answer), chat.answers(Sending)
    if full is not None and sending.files:
        _take(chat, chat.session.get_one(Topic, sending.topic), full)
    elif chat.event.refused:
        chat.again()
    elif answer.value == "drop":
        _drop(chat)
    else:
        raise Invalid("send_files")


def _drop(chat: Chat) -> None:
    topic = chat.session.get_one(Topic, chat.answers(Sending).topic)
    chat.end()
    chat.say("materials/dropped", topic=topic)


def ask_sending_card(chat: Chat) -> None:
    """What goes to how many units."""
    sending = chat.answers(Sending)
    found = _reached(chat, sending.topic)
    if found is None:
        return
    topic, paths = found
    chat.say(
        "materials/card",
        **say_once(chat, f"card:{chat.person.id}"),
        topic=topic,
        **_turn(chat, topic),
        given=chat.answers(Sending).files,
        units=units_reached(chat.session, topic.plan_id, topic.key, sending.period, paths),
        former=former_files(chat.session, topic, sending.period, paths, sending.files),
        refused=album_refusals(chat),
        upload=upload_link(chat),
        back=len(chat.dialog.trail) > 0,
    )


def _turn(chat: Chat, topic: Topic) -> dict[str, Any]:
    return {"period": chat.answers(Sending).period, "recurs": bool(topic_turns(chat.session, topic))}


def take_sending_card(chat: Chat, answer: Answer) -> None:
    if (full := _more(chat, answer)) is not None:
        chat.again(trouble=full)
    elif answer.value in ("send", "replace"):
        _tie(chat, replaces=answer.value == "replace")
    elif answer.value == "drop":
        _drop(chat)
    else:
        raise Invalid("choose_button")


def _tie(chat: Chat, *, replaces: bool) -> None:
    sending = chat.answers(Sending)
    found = _reached(chat, sending.topic)
    if found is None:
        return
    topic, paths = found
    files, period, facts = sending.files, sending.period, _turn(chat, topic)
    its = (chat.session, topic, period, paths, files, chat.person.id, chat.at)
    replaced = replace_files(*its) if replaces else 0
    added = tie_materials(*its)
    if added:
        chat.note("materials tied", f"topic:{topic.id}")
    chat.end()
    units = units_reached(chat.session, topic.plan_id, topic.key, period, paths)
    known = len(files) - added
    facts |= {"added": added, "known": known, "units": units, "replaced": replaced}
    chat.say("materials/tied", topic=topic, **facts)


FLOW = Flow(
    "materials",
    FlowStep("topic", ask_material_topic, take_material_topic, files=True),
    FlowStep("purpose", ask_sender_role, take_sender_role, files=True),
    FlowStep("files", ask_material_files, take_material_files, files=True),
    FlowStep("turn", ask_material_turn, take_material_turn, files=True),
    FlowStep("card", ask_sending_card, take_sending_card, files=True),
    answers=Sending,
)
