"""How a reply is drawn for an Official Account: plain text, buttons in one column, what goes as a document, what costs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.channels.text import plain_text, split_html
from bot.channels.typed import TypedWords, draw_typed
from bot.channels.zalo_oa.events import press_of
from bot.marks import MORE, MOST, choices_of, label_beside, stands_as_lines
from bot.messages import Abilities, Choice, File, Reply

TEXT_LIMIT, TITLE_LIMIT, MOST_BUTTONS = 2000, 100, 5
BESIDE_LINES = 4
"""So many of more choices are buttons too; the fifth is left for those that follow."""
DOCUMENTS = (".pdf", ".doc", ".docx")
UPLOAD_LIMIT = 5_000_000
"""Bytes; whether Zalo means 1,000,000 or 1,048,576 by a megabyte is not known."""
PRICE, KNOCK_PRICE = 55, 200
"""VND of a message beyond the free ones and the package's own, and of one by a template (Zalo's list of June 2026)."""
JSON = dict[str, Any]


def texts_of(
    reply: Reply, words: TypedWords, links: Sequence[tuple[File, str]], abilities: Abilities
) -> list[str]:
    """Plain texts of at most TEXT_LIMIT UTF-16 units each; the choices as lines where they are more than the buttons."""
    files, addresses = tuple(file for file, _ in links), [link for _, link in links]
    shown = replace(reply, files=files)
    if not stands_as_lines(reply, abilities):
        shown = replace(shown, choices=())
    said = replace(words, instead=(), by_number=words.tap_or_number, by_letter=words.tap_or_letter)
    return [plain_text(part) for part in split_html(draw_typed(shown, said, addresses), TEXT_LIMIT)]


def buttons_of(reply: Reply, words: TypedWords, abilities: Abilities) -> list[JSON]:
    choices = choices_of(reply)
    if not stands_as_lines(reply, abilities):
        return [_button(choice.label, press_of(choice, _title(choice.label))) for choice in choices]
    first = [_button(one.label, press_of(one, _title(one.label))) for one in _beside_lines(reply)]
    goes_on = reply.numbered and len(choices) > MOST
    return [*first, _button(words.more, press_of(Choice(words.more, MORE), words.more))] if goes_on else first


def _beside_lines(reply: Reply) -> list[Choice]:
    first = choices_of(reply)[:BESIDE_LINES]
    if not reply.numbered:
        return first
    return [replace(one, label=label_beside(one.label, str(place))) for place, one in enumerate(first, 1)]


def _button(label: str, payload: str) -> JSON:
    """Hidden: what is sent back is not shown as the person's own words."""
    return {"title": _title(label), "type": "oa.query.hide", "payload": payload}


def _title(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= TITLE_LIMIT else f"{label[: TITLE_LIMIT - 1]}…"


def is_document(file: File) -> bool:
    """Whether it goes out as itself; anything else goes as a link."""
    return file.name.lower().endswith(DOCUMENTS) and 0 < file.size <= UPLOAD_LIMIT


def is_free(answer: Mapping[str, Any]) -> bool:
    """Whether it was an answer within the free window; of others some are the package's own."""
    return _quota(answer) == "reply"


def price_of(answer: Mapping[str, Any]) -> int:
    """What a message has cost, in VND: nothing while one of the quotas has been used."""
    return 0 if _quota(answer) else PRICE


def _quota(answer: Mapping[str, Any]) -> str:
    quota = answer.get("quota")
    return str(quota.get("quota_type") or "") if isinstance(quota, dict) else ""
