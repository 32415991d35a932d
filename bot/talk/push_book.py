"""The book of what web chats say on people's devices: what is due is claimed, what became of it settled, as in the outbox."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.orm import Session

from bot.calendar import Moment, quiet_since
from bot.channels import pushes
from bot.channels.pushes import Pushed, PushResult
from bot.channels.text import plain_text
from bot.messages import Reply
from bot.people.devices import drop_devices
from bot.people.discreet import discreet_people
from bot.store.again import do_again
from bot.store.db import Database
from bot.store.links import SignedLinks, own_secret
from bot.tables import Contact, Message, Person, Push, PushSubscription
from bot.talk.outbox import from_body

LEASE = timedelta(seconds=60)
LIFE = timedelta(days=1)
"""So long a push is worth being said; the message itself stays in the talk."""
AT_ONCE = 20
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 1800.0
MOST_FAILURES = 10
"""So many refusals one after another, and the device is given up."""
TITLE_LENGTH, BODY_LENGTH, MOST_QUICK = 120, 300, 2
WHEN, NOW = "⏰", "👉"
"""How our texts begin the line that says by when, and the one that says what to do."""


@dataclass(frozen=True, slots=True)
class DiscreetWords:
    """What a notification says where an office wants nothing of the matter on a lock screen; `named` has the place {name}."""

    title: str
    named: str
    nameless: str


class DatabasePushBook:
    """The book of this installation; `public_url` is where its pages are reached."""

    def __init__(
        self,
        db: Database,
        now: Callable[[], datetime],
        zone: ZoneInfo,
        public_url: str,
        words: DiscreetWords,
    ) -> None:
        self._db, self._now, self._zone, self._url, self._words = db, now, zone, public_url, words

    def claim(self) -> Sequence[pushes.Push]:
        return do_again(self._claim)

    def _claim(self) -> Sequence[pushes.Push]:
        at = self._now()
        with self._db.read() as session:  # mostly there is nothing, and a look is cheap
            if session.execute(_due(at, self._quiet_from(at)).limit(1)).first() is None:
                return ()
        with self._db.write() as session:
            quick = _due(at, self._quiet_from(at)).limit(AT_ONCE).with_for_update(skip_locked=True, of=Push)
            rows = session.execute(quick).all()
            links = SignedLinks(own_secret(session), self._url)
            fresh = [row for row in rows if at - row.created_at < LIFE]
            _drop(session, [row.id for row in rows if row not in fresh])
            leased = update(Push).where(Push.id.in_([row.id for row in fresh]))
            session.execute(leased.values(due_at=at + LEASE, attempts=Push.attempts + 1))
            hidden = discreet_people(session, {row.person_id for row in fresh}, "web")
            return [self._claimed(row, links, at, discreet=row.person_id in hidden) for row in fresh]

    def _claimed(
        self, row: Row[*tuple[Any, ...]], links: SignedLinks, at: datetime, *, discreet: bool
    ) -> pushes.Push:
        path = links.path(links.web_chat(row.contact_id, row.key))
        shown = knock_of(row.name, self._words) if discreet else shown_of(from_body(row.body))
        word = {"path": path, "number": row.number, "topic": row.topic, **shown}
        payload = json.dumps(word, ensure_ascii=False, separators=(",", ":")).encode()
        device = (row.endpoint, row.p256dh, row.auth)
        return pushes.Push(row.id, *device, payload, row.topic, row.urgent, row.created_at + LIFE - at)

    def _quiet_from(self, at: datetime) -> datetime | None:
        return quiet_since(Moment(at, self._zone))

    def settle(self, outcome: Pushed) -> None:
        do_again(lambda: self._settle(outcome))

    def _settle(self, outcome: Pushed) -> None:
        at = self._now()
        with self._db.write() as session:
            row = session.get(Push, outcome.push.id, with_for_update=True, populate_existing=True)
            if row is None:
                return  # a newer one has taken its place, or the device has gone
            device = session.get_one(PushSubscription, row.subscription_id)
            if outcome.result == PushResult.LATER:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts, 10))
                row.due_at = at + timedelta(
                    seconds=max(pause, min(outcome.wait or 0.0, LIFE.total_seconds()))
                )
                return
            session.delete(row)
            session.flush()
            if outcome.result == PushResult.TAKEN:
                device.last_sent_at, device.failures = at, 0
            else:
                device.failures += 1
            if outcome.result == PushResult.GONE or device.failures >= MOST_FAILURES:
                session.flush()
                drop_devices(session, [device.id])


def _due(at: datetime, quiet_from: datetime | None) -> Select[*tuple[Any, ...]]:
    """What was to be said before the night waits for the morning; what has come in the night itself is meant to."""
    due = (
        select(
            *(Push.id, Push.topic, Push.urgent, Push.created_at),
            *(PushSubscription.endpoint, PushSubscription.p256dh, PushSubscription.auth),
            *(Message.id.label("number"), Message.body, Contact.id.label("contact_id"), Contact.key),
            *(Person.id.label("person_id"), Person.name),
        )
        .join(PushSubscription, PushSubscription.id == Push.subscription_id)
        .join(Message, Message.id == Push.message_id)
        .join(Contact, Contact.id == PushSubscription.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .where(Push.due_at <= at)
        .order_by(Push.id)
    )
    return due if quiet_from is None else due.where(Push.created_at >= quiet_from)


def _drop(session: Session, ids: Collection[int]) -> None:
    session.execute(delete(Push).where(Push.id.in_(ids)).execution_options(synchronize_session=False))


def shown_of(reply: Reply) -> dict[str, Any]:
    """What a notification shows of a message: what in its title, by when below, and what may be answered without opening it."""
    lines = [line.strip() for line in plain_text(reply.text).split("\n") if line.strip()]
    first, rest = (lines or [""])[0], lines[1:]
    when = [line for line in rest if line.startswith(WHEN)][:1]
    about = [line for line in rest[:1] if not line.startswith((WHEN, NOW))]
    return {
        "title": _cut(first, TITLE_LENGTH),
        "body": _cut("\n".join(about + when), BODY_LENGTH),
        "quick": [{"label": c.label, "payload": c.payload} for c in reply.quick[:MOST_QUICK]],
    }


def knock_of(name: str, words: DiscreetWords) -> dict[str, Any]:
    """What it shows of a message where nothing of the matter may be shown: nobody answers what they have not read."""
    body = words.named.format(name=name) if name else words.nameless
    return {"title": words.title, "body": _cut(body, BODY_LENGTH), "quick": []}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
