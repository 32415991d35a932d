"""Files as they come into a talk: albums that arrive in pieces, the same bytes twice, what was refused and why."""

from typing import Any

from markupsafe import Markup

from bot.chat import Chat

SETTLE_SECONDS = 1.2
"""An album arrives as several events; what is said of it waits this long, so that it is said once."""


def with_new(chat: Chat, kept: list[list[Any]], most: int, code: str) -> list[list[Any]]:
    """The kept files and those that have just come, the same bytes once; beyond `most` the sentence `code` is said."""
    known = {file[0] for file in kept}
    for file in chat.event.files:
        if file.digest in known:
            continue
        if len(kept) >= most:
            chat.trouble = chat.desk.render.sentence(code, {"most": most})
            break
        known.add(file.digest)
        kept.append([file.digest, file.name, file.size, file.media_type])
    return kept


def refusals(chat: Chat) -> list[tuple[str, Markup]]:
    """What was refused and why; the sentences have escaped their facts already."""
    sentence = chat.desk.render.sentence
    return [(r.name, Markup(sentence(r.code, dict(r.facts)))) for r in chat.event.refused]  # noqa: S704


def upload(chat: Chat) -> str:
    """The link for what this channel cannot carry, if that is what was refused."""
    over = any(refusal.code == "file_over_channel" for refusal in chat.event.refused)
    return chat.upload_link() if over else ""


def once(chat: Chat, name: str) -> dict[str, Any]:
    """For `Chat.say`: what is said of the pieces of an album under one key is said once, after a moment."""
    album = chat.event.album
    return {"key": f"{name}:{album}", "wait": SETTLE_SECONDS} if album else {}
