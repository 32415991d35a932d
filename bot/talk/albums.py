"""Files as they come into a talk: albums that arrive in pieces, the same bytes twice, what was refused and why."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from markupsafe import Markup

from bot.messages import File
from bot.tables import SubmissionFile
from bot.talk.answers import Album
from bot.talk.chat import Chat

T = TypeVar("T")
NOT_CARRIED = ("file_over_channel", "file_by_page")
SETTLE_SECONDS = 1.2
"""An album arrives as several events; what is said of it waits this long, so that it is said once."""


def with_new(chat: Chat, kept: Sequence[File], most: int, code: str) -> tuple[list[File], str]:
    """The kept files and those that have just come, the same bytes once; beyond `most`, the sentence `code` too."""
    found, trouble = list(kept), ""
    for file in chat.event.files:
        if file.digest in {one.digest for one in found}:
            continue
        if len(found) >= most:
            trouble = chat.desk.render.sentence(code, {"most": most})
            break
        found.append(file)
    chat.album = remember_sent(chat)
    return album_in_order(found, [file.digest for file in found], chat.album.at), trouble


def remember_sent(chat: Chat) -> Album:
    """The pieces of the present album with the channel's numbers of their messages."""
    album, number, old = chat.event.album, chat.event.message_ref, chat.album
    if not (album and number.isascii() and number.isdigit()):
        return old
    known = old.at if old.album == album else {}
    return Album(album, known | {file.digest: int(number) for file in chat.event.files})


def album_in_order(items: Sequence[T], digests: Sequence[str], sent: Mapping[str, int]) -> list[T]:
    """The items, in which those of an album have changed places so that they stand in the order of their messages."""
    places = [at for at, digest in enumerate(digests) if digest in sent]
    found = list(items)
    for place, source in zip(places, sorted(places, key=lambda at: sent[digests[at]]), strict=True):
        found[place] = items[source]
    return found


def as_sent(chat: Chat, files: Sequence[SubmissionFile]) -> None:
    """Puts a draft's files of the present album into the order of their messages; the positions stay, what is there moves."""
    contents = [(file.digest, file.name, file.size, file.media_type) for file in files]
    ordered = album_in_order(contents, [file.digest for file in files], remember_sent(chat).at)
    for file, (digest, name, size, media_type) in zip(files, ordered, strict=True):
        file.digest, file.name, file.size, file.media_type = digest, name, size, media_type


def album_refusals(chat: Chat) -> list[tuple[str, Markup]]:
    """What was refused and why; the sentences have escaped their facts already."""
    sentence = chat.desk.render.sentence
    return [(r.name, Markup(sentence(r.code, dict(r.facts)))) for r in chat.event.refused]  # noqa: S704 - our own sentences


def upload_link(chat: Chat) -> str:
    """The link for what this channel cannot carry, if that is what was refused."""
    return chat.upload_link() if any(one.code in NOT_CARRIED for one in chat.event.refused) else ""


def say_once(chat: Chat, name: str) -> dict[str, Any]:
    """For `Chat.say`: what is said of the pieces of an album under one key is said once, after a moment."""
    album = chat.event.album
    return {"key": f"{name}:{album}", "wait": SETTLE_SECONDS} if album else {}
