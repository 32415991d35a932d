"""The question whether one meeting is to count for several plans: asked when it is set, begun or entered afterwards."""

from datetime import date

from bot.meetings.dialogs import MayJoin
from bot.meetings.joining import Joint, clashing_pair, joinable_duties, offered_duties
from bot.problems import Invalid
from bot.reading.words import fold, read_yes_no
from bot.tables import Duty
from bot.talk.chat import Chat
from bot.talk.desk import Answer

SAYS_RIGHT = "dung"


def ask_joint_duties(chat: Chat, duty: Duty, day: date) -> None:
    found = _offered(chat, duty, day)
    answers = chat.answers(MayJoin)
    answers.asked = [one.duty.id for one in found]
    chat.say("meetings/schedule/join", duty=duty, joints=found, taken=answers.joint, day=day)


def _offered(chat: Chat, duty: Duty, day: date) -> list[Joint]:
    return offered_duties(chat.session, duty, day, chat.moment)


def take_joint_duties(chat: Chat, answer: Answer, duty: Duty, day: date) -> bool:
    """Whether the question is settled; of several duties each is ticked by itself, and the question asked again.

    Raises Invalid: choose_button, join_clash for two that cannot be one meeting.
    """
    found = {one.duty.id: one.duty for one in _offered(chat, duty, day)}
    agreed = None if answer.value or len(found) > 1 else read_yes_no(answer.text)
    if agreed and fold(answer.text).startswith(SAYS_RIGHT):
        agreed = None  # one or the other was asked
    if answer.value == "apart" or agreed is False:
        chat.answers(MayJoin).joint = []
        return True
    if len(found) == 1 and (answer.value == "join" or agreed):
        chat.answers(MayJoin).joint = list(found)
        return True
    if answer.value == "done":
        return True
    if not answer.value.isascii() or not answer.value.isdigit() or int(answer.value) not in found:
        raise Invalid("choose_button")
    _tick(chat, int(answer.value), found, day)
    return False


def _tick(chat: Chat, duty_id: int, found: dict[int, Duty], day: date) -> None:
    answers = chat.answers(MayJoin)
    taken = [one for one in answers.joint if one in found and one != duty_id]
    if duty_id not in answers.joint:
        taken.append(duty_id)
        pair = clashing_pair([found[one] for one in taken], day)
        if pair is not None:
            raise Invalid("join_clash", one=pair[0].title, other=pair[1].title)
    answers.joint = taken
    chat.again()


def chosen_duties(chat: Chat, answers: MayJoin, duty: Duty, day: date) -> list[Duty]:
    """The duties that were taken, as far as the meeting may still answer them."""
    may = joinable_duties(chat.session, duty, day, chat.moment)
    return [one.duty for one in may if one.duty.id in answers.joint]


def say_of_parted(chat: Chat, parted: list[Duty], day: date) -> str:
    """What the meeting, on its new day, answers no more; "" where that is nothing."""
    if not parted:
        return ""
    return chat.sentence(Invalid("joint_parted", titles=[one.title for one in parted], day=day))
