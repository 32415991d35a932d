"""What is typed for a choice where there are no buttons, or too few: numbers, or letters where a number answers the question itself."""

import re

from bot.messages import Abilities, Choice, Reply

MOST = 9
"""So many choices stand under one message; the rest is shown when it is asked for."""
MORE = "0"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OWN_NUMBER = re.compile(r"^(\W*)(\d+)\. ")


def choices_of(reply: Reply) -> list[Choice]:
    return [choice for row in reply.choices for choice in row]


def marked_choices(reply: Reply) -> dict[str, Choice]:
    """The choices by what is typed for them. Where a number answers the question, it has no letter what the number says as well."""
    if reply.numbered:
        return {str(place): choice for place, choice in enumerate(choices_of(reply)[:MOST], 1)}
    said = [choice for choice in choices_of(reply) if not _says_its_number(reply, choice)]
    return dict(zip(LETTERS, said, strict=False))


def stands_as_lines(reply: Reply, abilities: Abilities) -> bool:
    """Whether its choices are drawn as lines with marks: where there are no buttons, or more choices than buttons."""
    most = abilities.most_buttons
    return not abilities.buttons or (most is not None and len(choices_of(reply)) > most)


def may_draw_lines(abilities: Abilities) -> bool:
    """Whether there are numbers on this screen at all."""
    return not abilities.buttons or abilities.most_buttons is not None


def bare_label(label: str) -> str:
    """A label without a number of its own, beside which a mark would be a second one."""
    return _OWN_NUMBER.sub(r"\1", label)


def label_beside(label: str, mark: str) -> str:
    """The label of a button beside a line of that mark: another number of its own would be typed and mean another line."""
    own = _OWN_NUMBER.match(label)
    return label if own is None or own[2] == mark else bare_label(label)


def is_listed(text: str, number: str) -> bool:
    """Whether the text has a line of that number itself."""
    return re.search(rf"^\W*{number}\. ", text, re.MULTILINE) is not None


def is_said_already(text: str, mark: str, label: str) -> bool:
    """Whether the text has a line of that number, which the label repeats: "5. Nghị quyết 12", "Nghị quyết 12 · 5"."""
    own = _OWN_NUMBER.match(label)
    repeats = label.split()[-1:] == [mark] or (own is not None and own[2] == mark)
    return repeats and is_listed(text, mark)


def _says_its_number(reply: Reply, choice: Choice) -> bool:
    """ "Ngày 5", which carries 5; "5. Nghị quyết 12" below a text in which line 5 tells more of it."""
    carried = choice.payload.rpartition(":")[2]
    if carried.isdigit() and re.fullmatch(rf"\D{{0,8}}{carried}\D{{0,8}}", choice.label):
        return True
    own = _OWN_NUMBER.match(choice.label)
    return own is not None and is_listed(reply.text, own[2])
