"""Words that nothing else takes are looked up: the answer, what else was perhaps meant, or that the office has it to answer."""

from bot.enquiries.answers import Found, answers_for, find_answers, units_on_the_way_up
from bot.enquiries.asked import count_unanswered, keep_asked, office_above
from bot.people.roles import role_holders
from bot.reading.asked_words import looks_like_a_question
from bot.reading.own_work import asks_own_work
from bot.reading.words import fold
from bot.tables import AskedWords
from bot.talk.chat import Chat, row_id


def _answers(chat: Chat) -> list[Found]:
    return answers_for(chat.session, chat.roles(), chat.desk.rules, chat.today, chat.desk.render.folder)


def answer_words(chat: Chat) -> bool:
    """Answers what was asked, or keeps it for the office; False where the words are no question and nothing is like them."""
    text = chat.event.text
    if (
        chat.event.payload
        or chat.command is not None
        or chat.dialog.flow
        or not fold(text)
        or not chat.roles()
    ):
        return False
    found = find_answers(text, _answers(chat), chat.desk.render.folder)
    if not found and asks_own_work(text) and role_holders(chat.roles(), "lead"):
        chat.open("month")
        return True
    if not found and not looks_like_a_question(text):
        return False
    asked = keep_asked(chat.session, office_above(chat.session, chat.roles()), text, chat.at)
    if found:
        _say_answer(chat, found[0], asked, found[1:])
    else:
        count_unanswered(asked, chat.at)
        _say_kept(chat, asked)
    return True


def _say_answer(chat: Chat, found: Found, asked: AskedWords, others: list[Found]) -> None:
    chat.say("enquiries/answer", found=found, asked=asked, others=others)


def _say_kept(chat: Chat, asked: AskedWords) -> None:
    chat.say("enquiries/kept", unit=asked.unit, leads=bool(role_holders(chat.roles(), "lead")))


def _own_asked(chat: Chat, asked_id: str) -> AskedWords | None:
    """What was asked of an office that is this person's: their own, or one above them."""
    asked = chat.session.get(AskedWords, row_id(asked_id), with_for_update=True, populate_existing=True)
    if asked is not None and asked.unit_id in units_on_the_way_up(chat.roles()):
        return asked
    chat.say("talk/not_yours")
    return None


def show_answer(chat: Chat, ref: str, asked_id: str) -> None:
    """Another question that was offered."""
    asked = _own_asked(chat, asked_id)
    if asked is None:
        return
    found = next((one for one in _answers(chat) if one.ref == ref), None)
    if found is None:
        chat.say("talk/not_yours")
    else:
        _say_answer(chat, found, asked, [])


def say_wrong(chat: Chat, asked_id: str) -> None:
    """`Chưa đúng ý`: the office is to answer it."""
    asked = _own_asked(chat, asked_id)
    if asked is not None:
        count_unanswered(asked, chat.at)
        _say_kept(chat, asked)
