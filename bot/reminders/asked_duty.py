"""The duty that somebody acts on: theirs and open, or they are told why not; and its end by a plain yes."""

from sqlalchemy import bindparam, select

from bot.duties.life import close_duty
from bot.people.roles import role_holders
from bot.store.known import Known, Whole
from bot.tables import Demand, Duty, DutyState, Topic
from bot.talk.chat import Chat, row_id

_DUTY = Whole(Duty, near={"chosen": Topic}, demand=Whole(Demand, topic=Whole(Topic)))
_ASKED = Known(
    select(*_DUTY.columns)
    .join(Demand, Demand.id == Duty.demand_id)
    .outerjoin(Topic, Topic.id == Demand.topic_id)
    .where(Duty.id == bindparam("duty"))
)


def own_duty(chat: Chat, duty_id: int | str, kind: str = "", *, done_too: bool = False) -> Duty | None:
    """The duty if the person may act on it now; else says why not and ends the dialog."""
    duty = _DUTY.first(chat.session, _ASKED, {"duty": row_id(duty_id)})
    if duty is None or (kind and duty.kind != kind) or not leads_duty(chat, duty):
        chat.refuse()
        return None
    if duty.state == DutyState.OPEN or (done_too and duty.state == DutyState.DONE):
        return duty
    chat.end()
    chat.say("talk/duty_closed", duty=duty)
    return None


def close_own_duty(chat: Chat, duty: Duty) -> None:
    close_duty(chat.session, duty, chat.today, chat.moment)
    chat.note("duty done", f"duty:{duty.id}")


def leads_duty(chat: Chat, duty: Duty) -> bool:
    return any(m.unit_id == duty.unit_id for m in role_holders(chat.roles(), "lead"))
