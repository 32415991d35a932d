"""Which sheet a unit's meetings are scored by, and which meetings may be scored."""

import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.plans.guidance.sheets import ScoreSheet, ScoreSheets
from bot.tables import Meeting, Unit


def may_be_scored(sheets: ScoreSheets, meeting: Meeting, zone: ZoneInfo) -> bool:
    """As far as the meeting's own row says: held, no rehearsal, on a day that has sheets."""
    held_at = meeting.held_at
    return held_at is not None and sheets.any_on(Moment(held_at, zone).today, meeting.unit.kind)


def sheet_for(session: Session, sheets: ScoreSheets, day: datetime.date, unit: Unit) -> ScoreSheet | None:
    """The sheet in force for the unit on the local day; None before the first one."""
    above = [int(part) for part in unit.path.split("/") if part]
    rows = session.execute(select(Unit.id, Unit.code).where(Unit.id.in_(above)))
    codes = {row.id: row.code for row in rows}
    return sheets.on(day, unit.kind, [codes[number] for number in reversed(above) if number in codes])
