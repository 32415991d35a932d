"""A reply for a channel without buttons: its choices as lines that are answered by typing, its files and links as addresses."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.marks import MORE, MOST, bare_label, choices_of, is_said_already, marked_choices
from bot.messages import File, Reply

_LINK = re.compile(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_KEPT = r"“[^”]*”|<[^<>]*>"


@dataclass(frozen=True, slots=True)
class TypedWords:
    """What is said of typed choices, from templates/talk/typed.yaml. `instead`: words about buttons, and what is said in their place,
    longer ones first."""

    more: str = ""
    by_number: str = ""
    by_letter: str = ""
    by_mark: str = ""
    """The same of a list of one."""
    tap_or_number: str = ""
    tap_or_letter: str = ""
    """The same where the first of the lines are buttons too."""
    nameless: str = ""
    """What somebody is called whose name is not known."""
    open_link: str = ""
    """What is done with an address that stands by itself: the words of its link cannot be pressed."""
    instead: Sequence[tuple[str, str]] = field(default=())


def draw_typed(reply: Reply, words: TypedWords, links: Sequence[str] = ()) -> str:
    """The reply as text alone, in the small HTML of a reply without links: each address stands on a line of its own. `links`:
    an address for each of the files, where the channel carries none."""
    parts = [
        spread_links(open_links(say_instead(reply.text, words.instead), words.open_link)),
        *(_file_line(file, link) for file, link in zip(reply.files, links, strict=False)),
        _choices(reply, words),
    ]
    return "\n\n".join(part for part in parts if part)


def _file_line(file: File, link: str) -> str:
    return f"📎 {html.escape(file.name, quote=False)}\n{html.escape(link, quote=False)}"


def _choices(reply: Reply, words: TypedWords) -> str:
    marked = marked_choices(reply)
    if not marked:
        return ""
    lines = [
        f"{mark}. {html.escape(bare_label(choice.label), quote=False)}"
        for mark, choice in marked.items()
        if not is_said_already(reply.text, mark, choice.label)
    ]
    if reply.numbered and len(choices_of(reply)) > MOST:
        lines.append(f"{MORE}. {words.more}")
    one = words.by_number if reply.numbered else words.by_letter
    return "\n".join([*lines, one if len(marked) > 1 else words.by_mark.format(mark=next(iter(marked)))])


def say_instead(text: str, instead: Sequence[tuple[str, str]]) -> str:
    """The text with other words for buttons; what it quotes (“…”) is a label and stays, as do its tags."""
    if not instead:
        return text
    said = dict(instead)
    pattern = "|".join([_KEPT, *(re.escape(words) for words, _ in instead)])
    return re.sub(pattern, lambda found: said.get(found[0], found[0]), text)


def open_links(text: str, instead: str) -> str:
    """The text with `instead` in the place of a word and the quoted name of a link in it: “bấm “Mở trang””."""
    for found in _LINK.finditer(text) if instead else ():
        text = re.sub(rf"\w+ “{re.escape(found[2])}”", lambda _: instead, text)
    return text


def spread_links(text: str) -> str:
    """Each line's links as the words alone, and their addresses below it: a sign behind an address would count as part of it."""
    return "\n".join(line for row in text.split("\n") for line in _spread(row))


def _spread(row: str) -> list[str]:
    addresses = [html.unescape(found[1]) for found in _LINK.finditer(row)]
    said = _LINK.sub(lambda found: "" if html.unescape(found[2]) in addresses else found[2], row)
    return [
        *([said] if said.strip() or not addresses else []),
        *(html.escape(a, quote=False) for a in addresses),
    ]
