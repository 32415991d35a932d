"""`/caidat` → the calendar that a phone subscribes to: its link, a new one, none."""

from bot.people.calendars import calendar_key, end_calendar
from bot.people.roles import role_holders
from bot.talk.chat import Chat


def show_calendar(chat: Chat) -> None:
    _show(chat, renewed=False)


def renew_calendar(chat: Chat) -> None:
    """A new link ends the old."""
    end_calendar(chat.person)
    chat.note("calendar renewed")
    _show(chat, renewed=True)


def stop_calendar(chat: Chat) -> None:
    end_calendar(chat.person)
    chat.note("calendar ended")
    chat.say("people/settings/calendar_ended")


def _show(chat: Chat, *, renewed: bool) -> None:
    link = chat.desk.links.calendar(chat.person.id, calendar_key(chat.person))
    webcal = f"webcal:{link.partition(':')[2]}"
    sums = bool(role_holders(chat.roles(), "sum"))
    chat.say("people/settings/calendar", link=link, webcal=webcal, sums=sums, renewed=renewed)
