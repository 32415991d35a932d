"""What Telegram's updates are to the rest: events, and the files they bring."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType

from bot.messages import Address, Incoming, Refusal

NAME = "telegram"
MEGABYTE = 2**20
IN_LIMIT = 20 * MEGABYTE

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
_INSIDE = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)


def incoming_of_update(update: Update, at: datetime, username: str = "") -> Incoming | None:
    """The event that an update is, without the file that may have to be fetched; None for what is none of the bot's.

    `at` is when it arrived; `username` is the bot's, by which a group calls it.
    """
    event = Incoming(f"tg:{update.update_id}", Address(NAME, ""), at)
    if update.callback_query:
        return _pressed(event, update.callback_query)
    if update.my_chat_member:
        return _let_in_or_out(event, update.my_chat_member)
    message = update.message or update.edited_message
    return _said(event, message, update.edited_message is not None, username) if message else None


def _pressed(event: Incoming, query: CallbackQuery) -> Incoming | None:
    message = query.message
    if query.from_user.is_bot or query.data is None:
        return None
    place = message.chat.id if message else query.from_user.id
    label = ""
    if isinstance(message, Message) and message.reply_markup:
        buttons = chain.from_iterable(message.reply_markup.inline_keyboard)
        label = next((button.text for button in buttons if button.callback_data == query.data), "")
    group = message is not None and message.chat.type in _GROUPS
    return replace(
        event,
        address=Address(NAME, str(place)),
        sender=_name_of(query.from_user),
        payload=query.data,
        label=label,
        group=group,
    )


def _name_of(user: User) -> str:
    """Of an account that is gone nothing is left, of which the library would make no text at all."""
    return " ".join(filter(None, (user.first_name, user.last_name)))


def _let_in_or_out(event: Incoming, change: ChatMemberUpdated) -> Incoming | None:
    event = replace(event, address=Address(NAME, str(change.chat.id)))
    status = change.new_chat_member.status
    if change.chat.type == ChatType.PRIVATE and status in (ChatMemberStatus.BANNED, ChatMemberStatus.MEMBER):
        return replace(event, blocked=status == ChatMemberStatus.BANNED)
    if change.chat.type in _GROUPS and change.old_chat_member.status in _OUTSIDE and status in _INSIDE:
        return replace(event, group=True)
    return None


def _said(event: Incoming, message: Message, edited: bool, username: str) -> Incoming | None:
    chat, sender = message.chat, message.from_user
    if chat.type == ChatType.CHANNEL or sender is None or sender.is_bot:
        return None
    group = chat.type in _GROUPS
    if group and (edited or not _called(message, username.lower())):
        return None
    text = message.text or message.caption or (message.venue.title if message.venue else "")
    if not text and not message.effective_attachment:
        return None  # The chat's own notes: a pinned message, a new title.
    return replace(
        event,
        address=Address(NAME, str(chat.id)),
        sender=_name_of(sender),
        text=text,
        refused=() if group else _refused(message),
        album=message.media_group_id or "",
        message_ref=str(message.message_id),
        edited=edited,
        group=group,
    )


def _called(message: Message, username: str) -> bool:
    """Is it said to the bot: a command, an answer to it, or its name in the text?"""
    replied = message.reply_to_message and message.reply_to_message.from_user
    if replied and (replied.username or "").lower() == username:
        return True
    marks = message.parse_entities() if message.text else {}
    for mark, words in (marks or (message.parse_caption_entities() if message.caption else {})).items():
        if mark.type == MessageEntityType.BOT_COMMAND and mark.offset == 0:
            return words.partition("@")[2].lower() in ("", username)
        if mark.type == MessageEntityType.MENTION and words.lower() == f"@{username}":
            return True
    return False


@dataclass(frozen=True, slots=True)
class Attached:
    name: str
    file_id: str
    size: int | None


def attached_of(message: Message) -> Attached | None:
    """The document, photo or recorded sound of a message."""
    number = message.message_id
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Attached(f"anh-{number}.jpg", largest.file_id, largest.file_size)
    sound = message.voice or message.audio
    if sound is not None:
        named = " ".join((getattr(sound, "file_name", None) or "").split())[-120:]
        return Attached(named or f"ghi-am-{number}.ogg", sound.file_id, sound.file_size)
    document = message.document
    # A moving picture comes as a document as well, for programs that know no better.
    if document is None or message.animation:
        return None
    name = " ".join((document.file_name or "").split())[-120:]
    return Attached(name or f"tep-{number}", document.file_id, document.file_size)


def _refused(message: Message) -> tuple[Refusal, ...]:
    attached = attached_of(message)
    if attached is not None:
        return (too_large(attached),) if (attached.size or 0) > IN_LIMIT else ()
    named = message.video or message.animation
    name = " ".join(((named and named.file_name) or "").split())[-120:]
    kinds = {"video": ".mp4", "video_note": ".mp4", "animation": ".mp4"}
    for kind, extension in kinds.items():
        if message[kind]:
            name = name or f"{kind}-{message.message_id}{extension}"
            return (Refusal(name, "file_type", (("name", name),)),)
    return ()


def too_large(attached: Attached) -> Refusal:
    limit = IN_LIMIT // MEGABYTE
    known = attached.size is not None and attached.size > IN_LIMIT
    size = str(-(-(attached.size or 0) // MEGABYTE)) if known else f">{limit}"
    return Refusal(attached.name, "file_over_channel", (("size_mb", size), ("limit_mb", str(limit))))
