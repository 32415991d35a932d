"""What did not get out on its day is not said on the next one in the words of that day."""

from functools import partial

import pytest
from sqlalchemy import select, update

from bot.messages import Reply
from bot.reminders.outdated import renew_outdated
from bot.tables import Contact, Duty, Message, Person, Reminder
from bot.talk import outbox
from schedules import reminders
from tests.kit.committees import monthly_committee
from tests.kit.moments import only_in_may
from tests.kit.parlours import Parlour, sends_what_is_due
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.world import World

pytestmark = begins(monthly_committee)


def told_at_ten(world: World) -> Talker:
    """A secretary who hears of May's meeting at ten; what came up to the 30th has been read."""
    secretary = only_in_may(world)
    with world.db.write() as session:
        session.execute(update(Person).values(reminder_hour=10))
    tick_through(world, "2022-05-30 12:00", secretary)
    return secretary


def goes_out(world: World, telegram: Parlour) -> list[str]:
    """What people read when the clock and the sender are at work for a while."""
    before = len(telegram.taken)
    for _ in range(2):
        sends_what_is_due(world, telegram, outdated=partial(renew_outdated, world.desk))
        world.tick(reminders.say_reminders)
    return [text for _, text in telegram.taken[before:]]


def test_the_last_day_is_not_announced_on_the_day_after(world: World) -> None:
    telegram = Parlour(closes=False)
    told_at_ten(world)
    tick_through(
        world, "2022-05-31 09:00"
    )  # it is written for ten; from here on nothing runs until the next morning
    world.go("2022-06-01 10:05")
    (told,) = goes_out(world, telegram)
    assert told.startswith("⚠️ <b>Quá hạn 1 ngày</b>")
    with world.db.read() as session:
        names = session.scalars(select(Reminder.rung).join(Duty).where(Duty.key == "2022-05")).all()
        states = session.scalars(select(Message.state).where(Message.state != "sent")).all()
    assert not [name for name in names if name.startswith("last-day")]
    assert states == ["withdrawn"]


def test_on_its_day_it_is_said_however_late(world: World) -> None:
    telegram = Parlour(closes=False)
    told_at_ten(world)
    tick_through(world, "2022-05-31 09:00")
    world.go("2022-05-31 20:30")
    (told,) = goes_out(world, telegram)
    assert told.startswith("⏰ <b>Hôm nay là hạn cuối</b>")


def test_what_was_read_in_part_is_said_to_its_end(world: World) -> None:
    telegram = Parlour(closes=False)
    told_at_ten(world)
    tick_through(world, "2022-05-31 09:00")
    with world.db.write() as session:
        session.execute(update(Message).where(Message.state == "waiting").values(pieces_sent=1))
    world.go("2022-06-01 10:05")
    assert goes_out(world, telegram)[0].startswith("⏰ <b>Hôm nay là hạn cuối</b>")


def test_what_reminds_of_nothing_goes_out_on_any_day(world: World) -> None:
    telegram = Parlour(closes=False)
    secretary = told_at_ten(world)
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == secretary.address.place)).one()
        outbox.post_message(session, contact, Reply("Mời dự hội nghị"), world.at, bulk=True)
    world.later(days=1)
    assert "Mời dự hội nghị" in goes_out(world, telegram)


def test_who_is_above_reads_the_days_of_today(world: World) -> None:
    telegram = Parlour(closes=False)
    world.registered("CB01", "follower")
    secretary = told_at_ten(world)
    tick_through(world, "2022-06-06 09:00", secretary)
    with world.db.read() as session:
        (before,) = session.scalars(select(Message).where(Message.kind == "above")).all()
    assert "quá hạn 6 ngày" in before.body["text"]
    world.go("2022-06-07 10:05")
    (told,) = [text for text in goes_out(world, telegram) if "đôn đốc" in text]
    assert told == before.body["text"].replace("quá hạn 6 ngày", "quá hạn 7 ngày")


def test_what_was_put_off_counts_the_days_from_today(world: World) -> None:
    telegram = Parlour(closes=False)
    secretary = told_at_ten(world)
    secretary.taps("Nhắc lại sau").taps("Sáng mai")
    world.go("2022-06-02 10:05")
    told = [text for text in goes_out(world, telegram) if "Nhắc lại" in text]
    assert [text for text in told if "Quá hạn 2 ngày" in text] == told
    assert told


@pytest.mark.logs_errors
def test_what_cannot_be_said_anew_goes_out_as_it_is(world: World, caplog: pytest.LogCaptureFixture) -> None:
    def stumbles(*_args: object) -> set[int]:
        raise ValueError("a bug")

    telegram = Parlour(closes=False)
    told_at_ten(world)
    tick_through(world, "2022-05-31 09:00")
    world.go("2022-06-01 10:05")
    sends_what_is_due(world, telegram, outdated=stumbles)
    assert [text[:40] for _, text in telegram.taken] == ["⏰ <b>Hôm nay là hạn cuối</b>\nHọp thường kỳ"[:40]]
    assert "outbox.outdated failed messages=1" in caplog.text
