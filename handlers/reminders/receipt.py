"""`Đã nhận`: the reader of a reminder says that it has come."""

from bot.duties.outlook import duty_outlook
from bot.reminders.asked_duty import leads_duty
from bot.reminders.receipts import note_receipt
from bot.tables import Duty
from bot.talk.chat import Chat, row_id


def take_receipt(chat: Chat, duty_id: str) -> None:
    """Notes that the latest reminder of this duty has come, and says what is left of all that it spoke of."""
    duty = chat.session.get(Duty, row_id(duty_id))
    if duty is None or not leads_duty(chat, duty):
        chat.refuse()
        return
    left = note_receipt(chat.session, chat.person, duty, chat.at)
    chat.say("reminders/received", views=[duty_outlook(chat.session, one, chat.moment) for one in left])
