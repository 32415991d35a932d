"""What each unit owes by a plan, reckoned slowly and one thing at a time, as the rules say it: loading by sets is held against it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.calendar import ONE_DAY, Moment, Side, next_allowed, safe_day
from bot.duties.ladder import Anchors, rung_moments
from bot.duties.usual import usual_days
from bot.plans.expected import Expected, expected_about, expected_duties
from bot.plans.ladders import rung_of
from bot.plans.plan import PlanText, lines_of
from bot.plans.who import UnitProfile, fits_unit
from bot.tables import Unit

BODIES = ("dang_uy", "dang_bo_co_so", "dang_bo_bo_phan", "chi_bo")


@dataclass(frozen=True)
class Owed:
    """One thing that a unit owes, as its row must say it."""

    unit: str
    key: str
    about: str
    path: str
    demand: tuple[str, str]
    state: str
    waits: str
    announced_on: date
    opens_on: date
    due_on: date | None
    safe_on: date | None
    next_reminder_at: datetime | None
    reminded_until: datetime | None = None
    done_at: datetime | None = None
    hurry: str = ""
    meeting_at: datetime | None = None


@dataclass(frozen=True)
class Load:
    """A plan for the tree below `owner`, loaded now; `units` is the whole tree. `other`: the demands that are new or not what they
    were."""

    text: PlanText
    owner: Unit
    units: Sequence[Unit]
    moment: Moment
    other: Collection[tuple[str, str]]

    def owed(self, there: Sequence[Owed]) -> list[Owed]:
        """What is owed afterwards, in the order of units and keys, where `there` was owed before."""
        known = {(one.unit, one.key): one for one in there}
        found = dict(known)
        wanted = set()
        for subject, actor, key, want in self._wanted():
            name = actor.code, key
            wanted.add(name)
            leader = known.get((subject.code, want.waits or ""))
            done_at = leader.done_at if leader and leader.state == "done" else None
            if name in known:
                found[name] = self._followed(known[name], want, actor, done_at)
            elif not (subject.opened_on and want.due_on and want.due_on < subject.opened_on):
                found[name] = self._new(subject, actor, key, want, done_at)
        for name in known.keys() - wanted:
            found[name] = self._left(known[name])
        return sorted(found.values(), key=lambda one: (one.unit, one.key))

    def _living(self) -> list[Unit]:
        below = [unit for unit in self.units if unit.path.startswith(self.owner.path)]
        return [unit for unit in below if unit.closed_on is None or unit.closed_on > self.moment.today]

    def _wanted(self) -> Iterator[tuple[Unit, Unit, str, Expected]]:
        for subject in self._living():
            profile = self._profile(subject)
            for want in expected_duties(self.text, profile):
                yield subject, subject, want.key, want
            for duty, wants in expected_about(self.text, profile):
                for actor in self._living():
                    if actor is subject or not fits_unit(duty.who, self._profile(actor)):
                        continue
                    above = actor.path if actor.kind in BODIES else actor.path.removesuffix(f"{actor.id}/")
                    if subject.path.startswith(above):
                        for want in wants:
                            yield subject, actor, f"{want.key}@{subject.code}", want

    def _profile(self, unit: Unit) -> UnitProfile:
        return UnitProfile(unit.code, unit.kind, unit.sector, unit.parent_id == self.owner.id)

    def _new(self, subject: Unit, actor: Unit, key: str, want: Expected, done_at: datetime | None) -> Owed:
        about = "" if actor is subject else subject.code
        demand = want.key, want.variant or ""
        days = want.announced_on, want.opens_on, want.due_on, want.safe_on
        new = Owed(actor.code, key, about, actor.path, demand, "open", want.waits or "", *days, None)
        if want.waits:
            return self._waiting(new, want, done_at)
        return replace(new, next_reminder_at=self._first(want, actor))

    def _waiting(self, one: Owed, want: Expected, done_at: datetime | None) -> Owed:
        """It waits, unless that has been done: then it is asked and said at once, and counts its days from there."""
        if done_at is None:
            return replace(one, state="waiting", next_reminder_at=None)
        opens = max(one.opens_on, self.moment.day_of(done_at))
        told = next_allowed(self.moment)
        free = replace(one, state="open", opens_on=opens, announced_on=opens, next_reminder_at=told)
        free = replace(free, reminded_until=None)
        if want.relative.side != Side.CHAIN:
            return free
        due = want.relative.due_on(self.moment.day_of(done_at))
        return replace(free, due_on=due, safe_on=max(safe_day(due), opens))

    def _first(self, want: Expected, unit: Unit) -> datetime | None:
        """When it is said first; never of what is past, nor of what has no day before a meeting has one."""
        if want.relative.side or (want.due_on and want.due_on < self.moment.today):
            return None
        return self._next(want, unit, None, None)

    def _next(
        self, want: Expected, unit: Unit, said: datetime | None, meeting_at: datetime | None
    ) -> datetime | None:
        last = want.report_due_on - ONE_DAY if want.report_due_on else want.due_on
        usual = None
        if want.kind == "meeting" and not meeting_at and last:
            days = list(usual_days(unit, want.opens_on, last))
            usual = (days[-1] if (last - want.opens_on).days > 100 else days[0]) if days else None
        anchors = Anchors(want.opens_on, want.due_on, want.safe_on, meeting_at, want.announced_on, usual)
        rungs = [rung_of(line) for line in lines_of(self.text, want.ladder)]
        coming = [
            one.at for one in rung_moments(rungs, anchors, self.moment.zone) if not said or one.at > said
        ]
        return max(min(coming), next_allowed(self.moment)) if coming else None

    def _followed(self, there: Owed, want: Expected, unit: Unit, done_at: datetime | None) -> Owed:
        days = want.announced_on, want.opens_on, want.due_on, want.safe_on
        hold = days == (there.announced_on, there.opens_on, there.due_on, there.safe_on)
        past = there.state == "open" and there.due_on is not None and there.due_on < self.moment.today
        gone = there.state in ("withdrawn", "lapsed")
        demand = want.key, want.variant or ""
        moves = bool(want.relative.side or want.waits)
        alike = there.demand == demand and there.waits == (want.waits or "") and (hold or moves) and not gone
        if there.state == "done" or (past and hold) or (alike and demand not in self.other):
            return there
        new = replace(there, demand=demand, waits=want.waits or "", announced_on=want.announced_on)
        new = replace(new, path=unit.path if gone else there.path)
        if not want.relative.side:
            new = replace(new, opens_on=want.opens_on, due_on=want.due_on, safe_on=want.safe_on)
        if new.waits and (gone or there.state == "waiting" or there.waits != new.waits):
            return self._waiting(new, want, done_at)
        late = new.due_on is not None and new.due_on < self.moment.today
        if new.reminded_until is None or (gone and late):
            return replace(new, state="open", next_reminder_at=self._first(want, unit))
        if want.relative.side:  # by the days that it has been given
            want = replace(want, opens_on=new.opens_on, due_on=new.due_on, safe_on=new.safe_on)
        told = self._next(want, unit, new.reminded_until, new.meeting_at)
        return replace(new, state="open", next_reminder_at=told)

    def _left(self, there: Owed) -> Owed:
        if there.state not in ("open", "waiting"):
            return there
        past = there.state == "open" and there.due_on is not None and there.due_on < self.moment.today
        return replace(there, state="lapsed" if past else "withdrawn", next_reminder_at=None)
