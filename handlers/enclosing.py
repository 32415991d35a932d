"""A leader ties files to a topic: what the files are for, which topic, a look at what goes to whom, `Gửi`."""

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.papers import MOST_PAPERS, tie, units_reached
from bot.domain.problems import Invalid
from bot.domain.roles import holders
from bot.domain.shelves import shelves, topic_in_reach
from bot.domain.submissions import MOST_FILES
from bot.intake import once, refusals, upload, with_new
from bot.messages import File
from bot.models import Topic

PAGE = 8
DIGITS = 9
"""The longest number that a row's id is taken for."""


def begin(chat: Chat, topic_id: str) -> None:
    """`Gửi thêm tệp` of one topic: waits for the files."""
    if _reached(chat, topic_id) is not None:
        chat.begin("papers", step="files", topic=int(topic_id), files=[])


def _reached(chat: Chat, topic_id: object) -> tuple[Topic, list[str]] | None:
    """The topic and the part of the tree that the person may send its files to; else says no and ends the dialog."""
    text = str(topic_id)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0
    found = topic_in_reach(chat.session, chat.roles(), "nudge", number)
    if found is None:
        chat.end()
        chat.say("talk/not_yours")
    return found


def _more(chat: Chat, answer: Answer) -> bool:
    """Takes in files that have come for the present question; whether any came, taken or refused."""
    if not (answer.files or chat.event.refused):
        return False
    kept = list(chat.data["files"])
    if chat.dialog.step == "purpose":
        chat.keep(files=with_new(chat, kept, MOST_FILES, "too_many_files"))
    else:
        chat.keep(files=with_new(chat, kept, MOST_PAPERS, "too_many_papers"))
    return True


def ask_purpose(chat: Chat) -> None:
    chat.say(
        "papers/purpose",
        **once(chat, f"purpose:{chat.person.id}"),
        given=chat.data["files"],
        refused=refusals(chat),
        upload=upload(chat),
    )


def take_purpose(chat: Chat, answer: Answer) -> None:
    """Who leads a unit and a committee says which of the two has sent the files."""
    if _more(chat, answer):
        chat.again()
    elif answer.value == "topic":
        if len(chat.data["files"]) > MOST_PAPERS:
            raise Invalid("too_many_papers", most=MOST_PAPERS)
        chat.goto("topic")
    elif answer.value == "report":
        _hand_over(chat)
    else:
        raise Invalid("choose_button")


def _hand_over(chat: Chat) -> None:
    """They are a report: goes on there with the same files."""
    units = {held.unit_id for held in holders(chat.roles(), "lead")}
    files = chat.data["files"]
    if len(units) == 1:
        chat.begin("report", unit=units.pop(), files=files)
    elif units:
        chat.begin("report", step="unit", files=files)
    else:
        chat.end()
        chat.say("talk/not_yours")


def ask_topic(chat: Chat) -> None:
    found = shelves(chat.session, chat.roles(), "nudge", chat.today)
    last = max(0, (len(found) - 1) // PAGE)
    page = min(int(chat.data.get("page", 0)), last)
    facts = {"given": chat.data["files"], "refused": refusals(chat), "upload": upload(chat)}
    if not found:
        chat.end()
        chat.say("papers/none", **facts)
        return
    chat.say(
        "papers/topic",
        **once(chat, f"topic:{chat.person.id}"),
        shelves=found[page * PAGE : (page + 1) * PAGE],
        page=page,
        last=last,
        back=len(chat.dialog.trail) > 0,
        **facts,
    )


def take_topic(chat: Chat, answer: Answer) -> None:
    if _more(chat, answer):
        chat.again()
    elif answer.value.startswith("page"):
        chat.keep(page=int(answer.value.removeprefix("page")))
        chat.again()
    elif not answer.value:
        raise Invalid("choose_button")
    elif (found := _reached(chat, answer.value)) is not None:
        chat.keep(topic=found[0].id)
        chat.goto("card")


def ask_files(chat: Chat) -> None:
    topic = chat.session.get_one(Topic, chat.data["topic"])
    chat.say("papers/send", topic=topic, refused=refusals(chat), upload=chat.upload_link())


def take_files(chat: Chat, answer: Answer) -> None:
    if _more(chat, answer) and chat.data["files"]:
        chat.goto("card")
    elif chat.event.refused:
        chat.again()
    elif answer.value == "drop":
        _drop(chat)
    else:
        raise Invalid("send_files")


def _drop(chat: Chat) -> None:
    topic = chat.session.get_one(Topic, chat.data["topic"])
    chat.end()
    chat.say("papers/dropped", topic=topic)


def ask_card(chat: Chat) -> None:
    """What goes to how many units."""
    found = _reached(chat, chat.data["topic"])
    if found is None:
        return
    topic, paths = found
    chat.say(
        "papers/card",
        **once(chat, f"card:{chat.person.id}"),
        topic=topic,
        given=chat.data["files"],
        units=units_reached(chat.session, topic, paths),
        refused=refusals(chat),
        upload=upload(chat),
        back=len(chat.dialog.trail) > 0,
    )


def take_card(chat: Chat, answer: Answer) -> None:
    if _more(chat, answer):
        chat.again()
    elif answer.value == "send":
        _tie(chat)
    elif answer.value == "drop":
        _drop(chat)
    else:
        raise Invalid("choose_button")


def _tie(chat: Chat) -> None:
    found = _reached(chat, chat.data["topic"])
    if found is None:
        return
    topic, paths = found
    files = [File(*packed) for packed in chat.data["files"]]
    added = tie(chat.session, topic, paths, files, chat.person.id, chat.at)
    if added:
        chat.note("papers tied", f"topic:{topic.id}")
    chat.end()
    units = units_reached(chat.session, topic, paths)
    chat.say("papers/tied", topic=topic, added=added, known=len(files) - added, units=units)


FLOW = Flow(
    "papers",
    Step("topic", ask_topic, take_topic, files=True),
    Step("purpose", ask_purpose, take_purpose, files=True),
    Step("files", ask_files, take_files, files=True),
    Step("card", ask_card, take_card, files=True),
)
