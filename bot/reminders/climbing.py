"""When a late duty may climb: nobody above hears of it before its own people were told that it is late and had a working day."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local, next_working_day
from bot.duties.ladder import MORNING, Timed
from bot.people.staff import Staff
from bot.people.superiors import superiors_of
from bot.reminders.escalation import may_climb_on, told_own
from bot.tables import Duty

log = logging.getLogger(__name__)

A_MOMENT = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A rung that may not be said yet; `until`: when it is looked at again, None: when there is somebody to hear it."""

    timed: Timed
    until: datetime | None


class Climb:
    """Which of the rungs that speak to who stands in or is above may be said at `at`, for some duties at once."""

    def __init__(self, session: Session, duties: Collection[Duty], staff: Staff, moment: Moment) -> None:
        self._staff = staff
        self._at = moment.at
        self._zone = moment.zone
        self._today = moment.today
        self._told = told_own(session, [duty.id for duty in duties]) if duties else {}
        paths = {duty.unit_id: duty.unit.path for duty in duties}
        self._above = superiors_of(session, paths) if paths else {}

    def sort(self, duty: Duty, rungs: Sequence[Timed]) -> tuple[list[Timed], list[Held]]:
        """What is said now and what is held; who stands in hears it a working day before who is above."""
        ripe: list[Timed] = []
        held: list[Held] = []
        for timed in sorted(rungs, key=lambda one: one.rung.to == "above"):
            until = self._not_before(duty, timed)
            if timed.rung.to == "above" and until is None and ripe and self._staff.others(duty.unit_id):
                until = self._tomorrow()
            if until is not None:
                held.append(Held(timed, until))
            elif timed.rung.to == "above" and not self._above.get(duty.unit_id):
                log.info("reminder.nobody_above duty=%s unit=%s", duty.id, duty.unit_id)
                held.append(Held(timed, None))
            else:
                ripe.append(timed)
        return ripe, held

    def _not_before(self, duty: Duty, timed: Timed) -> datetime | None:
        """None: it may be said now. Where nobody can be told, that is what who is above must know."""
        if next_working_day(self._today) != self._today:
            return self._morning(next_working_day(self._today))
        if self._staff.speaker(duty.unit_id) is None:
            return None
        day = may_climb_on(duty, self._told.get(duty.id, ()), self._zone)
        if day is None:
            log.info("reminder.not_told_yet duty=%s rung=%s", duty.id, timed.rung.key)
            return self._tomorrow()
        return None if day <= self._today else self._morning(day)

    def _tomorrow(self) -> datetime:
        return self._morning(next_working_day(self._today + ONE_DAY))

    def _morning(self, day: date) -> datetime:
        return at_local(day, MORNING, self._zone)
