"""Where the other side takes messages only for a while after a person has spoken: nothing is lost, nothing is told twice by us."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, update

from bot.duties.life import close_duty
from bot.messages import Incoming, Reply
from bot.people.reaching import reachable_contact
from bot.tables import Contact, Duty, Event, Message, MessageKind, Reminder
from bot.talk import outbox
from bot.talk.receive import receive
from schedules import reminders, summaries
from tests.kit.committees import monthly_committee
from tests.kit.duties import duty_of
from tests.kit.parlours import Parlour, sends_what_is_due, speaks
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.world import World

pytestmark = begins(monthly_committee)

APRIL, MAY = "Sinh hoạt chính trị tháng 4/2022", "Sinh hoạt chính trị tháng 5/2022"
WEEKS = timedelta(weeks=3)
WEEK = timedelta(days=7)
HELLO = "Chào đồng chí"


def place_of(world: World, talker: Talker) -> Contact:
    with world.db.read() as session:
        return session.scalars(
            select(Contact).where(
                Contact.place == talker.address.place, Contact.channel == talker.address.channel
            )
        ).one()


def another_place(world: World, talker: Talker, channel: str, *, used_at: datetime) -> Talker:
    """The same person somewhere else."""
    other = world.person(channel=channel)
    with world.db.write() as session:
        session.add(
            Contact(
                person_id=place_of(world, talker).person_id,
                channel=channel,
                place=other.address.place,
                used_at=used_at,
            )
        )
    return other


def notice(world: World, talker: Talker, *texts: str, bulk: bool = True) -> None:
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
        for text in texts:
            outbox.post_message(session, contact, Reply(text), world.at, bulk=bulk)
            session.flush()


def message(world: World, text: str) -> Message:
    with world.db.read() as session:
        return next(m for m in session.scalars(select(Message)) if m.body["text"] == text)


def waits(world: World) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).where(Message.state == "waiting")) or 0


def silent(world: World, parlour: Parlour, talker: Talker, last: str) -> None:
    """The days up to then, on which the clock speaks and the person does not."""
    parlour.spoken.setdefault(talker.address.place, world.at)
    while world.at < world.local(last):
        until = min(world.at + timedelta(days=4), world.local(last))
        tick_through(world, f"{until.astimezone(world.desk.zone):%Y-%m-%d %H:%M}")
        sends_what_is_due(world, parlour)


def does(world: World, key: str, unit: str = "CB01") -> None:
    with world.db.write() as session:
        duty = session.get_one(Duty, duty_of(world, key, unit).id)
        close_duty(session, duty, world.moment.today, world.moment)


def test_a_closed_window_is_no_lost_person_and_what_waits_for_it_is_not_stuck(world: World) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    world.later(days=10)
    notice(world, secretary, "một", "hai")
    sends_what_is_due(world, parlour)
    notice(world, secretary, "ba")
    sends_what_is_due(world, parlour)
    assert parlour.refused == [(secretary.address.place, "một")], "it is not tried again and again"
    contact = place_of(world, secretary)
    assert (contact.lost_at, contact.closed_at) == (None, world.at)
    assert waits(world) == 3
    world.at += WEEKS
    sends_what_is_due(world, parlour)
    with world.db.read() as session:
        assert outbox.oldest_overdue(session, world.at) is None
        assert outbox.pending_messages(session) == 0
    assert len(parlour.refused) == 1


def test_the_first_word_releases_what_waits_in_its_order_once(world: World) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    world.later(days=10)
    notice(world, secretary, "một", "hai", "ba")
    sends_what_is_due(world, parlour)
    world.at += WEEKS
    parlour.spoken[secretary.address.place] = world.at
    receive(world.desk, Incoming("e1", secretary.address, world.at, text=HELLO))
    sends_what_is_due(world, parlour)
    assert parlour.texts(secretary.address.place)[1:] == ["một", "hai", "ba"], "after the answer"
    assert place_of(world, secretary).closed_at is None
    receive(world.desk, Incoming("e2", secretary.address, world.at, text=HELLO))
    sends_what_is_due(world, parlour)
    assert [text for _, text in parlour.taken].count("hai") == 1


def test_what_was_held_for_weeks_is_not_given_up_at_the_first_passing_fault(world: World) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    world.later(days=10)
    for bulk in (True, False):
        notice(world, secretary, f"một {bulk}", bulk=bulk)
    sends_what_is_due(world, parlour)
    world.at += WEEKS
    parlour.spoken[secretary.address.place] = world.at
    receive(world.desk, Incoming("e1", secretary.address, world.at, text=HELLO))
    back = world.at
    parlour.failing = {f"một {bulk}": [ConnectionError("reset")] * 2 for bulk in (True, False)}
    for _ in range(6):
        sends_what_is_due(world, parlour)
        with world.db.read() as session:
            since = outbox.oldest_overdue(session, world.at)
            assert since is None or since >= back
        world.later(seconds=10)
    assert {"một False", "một True"} < set(parlour.texts(secretary.address.place))


def test_it_goes_where_else_the_person_is_reached_and_so_does_what_follows(world: World) -> None:
    parlour, page = Parlour(), Parlour("web")
    secretary = world.registered("CB01", "secretary")
    web = another_place(world, secretary, "web", used_at=world.at - WEEKS)
    world.later(days=10)
    page.spoken[web.address.place] = world.at
    notice(world, secretary, "một", "hai")
    sends_what_is_due(world, parlour, page)
    notice(world, secretary, "ba")
    sends_what_is_due(world, parlour, page)
    assert page.texts(web.address.place) == ["một", "hai", "ba"]
    assert (len(parlour.refused), parlour.texts(secretary.address.place)) == (1, [])
    with world.db.read() as session:
        chosen = reachable_contact(session, place_of(world, secretary).person_id)
        assert chosen is not None
        assert chosen.channel == "web"


def test_what_waits_goes_to_the_place_that_opens_first(world: World) -> None:
    parlour, other = Parlour(), Parlour("web")
    secretary = world.registered("CB01", "secretary")
    second = another_place(world, secretary, "web", used_at=world.at - WEEKS)
    world.later(days=10)
    notice(world, secretary, "một")
    sends_what_is_due(world, parlour, other)
    assert (len(parlour.refused), len(other.refused)) == (1, 1), "both windows are closed"
    world.at += WEEKS
    other.spoken[second.address.place] = world.at
    receive(world.desk, Incoming("e1", second.address, world.at, text=HELLO))
    notice(world, secretary, "hai")
    sends_what_is_due(world, parlour, other)
    assert other.texts(second.address.place)[-2:] == ["một", "hai"]
    assert parlour.taken == []
    assert place_of(world, secretary).closed_at is not None


def test_a_second_way_that_is_linked_brings_what_waits(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    secretary.says("/caidat").taps("Nối kênh khác")
    code = secretary.last.text.partition("<code>")[2].partition("</code>")[0]
    notice(world, secretary, "một")
    with world.db.write() as session:
        session.execute(update(Contact).values(closed_at=world.at))
    second = world.person(channel="web")
    second.says(code)
    assert "một" in [reply.text for reply in second.got]


def test_who_has_spoken_while_the_refusal_was_on_its_way_is_open(world: World) -> None:
    """The message was refused at one moment, the person spoke at the next, and only then the refusal is written down."""
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    world.later(days=10)
    notice(world, secretary, "một")

    def speaks_now() -> None:
        parlour.on_refusal = lambda: None
        parlour.spoken[secretary.address.place] = world.at
        receive(world.desk, Incoming("e1", secretary.address, world.at, text=HELLO))

    parlour.on_refusal = speaks_now
    sends_what_is_due(world, parlour)
    assert place_of(world, secretary).closed_at is None
    world.later(minutes=5)
    sends_what_is_due(world, parlour)
    assert "một" in parlour.texts(secretary.address.place)


def test_what_a_message_has_cost_stands_beside_it(world: World) -> None:
    parlour = Parlour(price=55)
    secretary = world.registered("CB01", "secretary")
    parlour.spoken[secretary.address.place] = world.at
    notice(world, secretary, "một")
    sends_what_is_due(world, parlour)
    assert message(world, "một").cost == 55


def test_three_weeks_of_silence_end_in_one_message_that_says_what_is_true_now(world: World) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    silent(world, parlour, secretary, "2022-04-28 09:00")
    assert waits(world) > 2
    answer, caught_up = speaks(secretary, parlour)
    assert answer.text.startswith("Chào đồng chí!")
    assert caught_up.text.startswith("<b>Việc đang chờ đồng chí</b>")
    assert APRIL in caught_up.text
    assert MAY in caught_up.text
    assert "còn 2 ngày" in caught_up.text, "as of today, not of the day on which it was written"
    assert waits(world) == 0
    world.tick(reminders.say_reminders)
    assert secretary.looks() == []
    with world.db.read() as session:
        told = session.execute(
            select(Reminder.duty_id, Message.state)
            .join(Message, Message.id == Reminder.message_id)
            .where(Message.created_at >= world.local("2022-04-28 00:00"))
        ).all()
        assert len(told) == len({duty for duty, _ in told}) == 3
        assert {state for _, state in told} == {"sent"}


def test_what_has_been_done_in_the_meantime_is_not_asked_for(world: World) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    silent(world, parlour, secretary, "2022-04-28 09:00")
    does(world, "2022-04")
    (_, caught_up) = speaks(secretary, parlour)
    assert APRIL not in caught_up.text
    assert MAY in caught_up.text


def test_nobody_above_hears_that_something_is_late_which_its_own_people_were_not_told(world: World) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    follower = world.registered("CB01", "follower")
    parlour.spoken[follower.address.place] = world.local("2022-05-20 09:00")
    with world.db.write() as session:
        session.execute(
            update(Contact).where(Contact.id == place_of(world, secretary).id).values(closed_at=world.at)
        )
    silent(world, parlour, secretary, "2022-05-20 09:00")
    assert not any(APRIL in text for text in parlour.texts(follower.address.place))
    speaks(secretary, parlour)
    silent(world, parlour, secretary, "2022-06-10 09:00")
    assert any(APRIL in text for text in parlour.texts(follower.address.place))


def test_of_two_summaries_that_wait_the_newest_is_read(world: World) -> None:
    parlour = Parlour()
    leader = world.registered("DUK", "leader")
    with world.db.write() as session:
        session.execute(update(Contact).values(closed_at=world.at))
    for day, unit in (("2022-04-18 08:00", "CB01"), ("2022-04-25 08:00", "CB02")):
        world.go(day)
        does(world, "2022-04", unit)
        world.tick(summaries.tell_leaders)
        sends_what_is_due(world, parlour)
    with world.db.read() as session:
        written = session.scalars(
            select(Message.body).where(Message.kind == MessageKind.SUMMARY).order_by(Message.id)
        ).all()
    assert len(written) == 2
    world.go("2022-04-27 10:00")
    texts = [reply.text for reply in speaks(leader, parlour)]
    assert texts.count(written[1]["text"]) == 1
    assert written[0]["text"] not in texts[1:]
    assert waits(world) == 0


def test_what_has_climbed_while_the_window_was_closed_is_told_as_it_stands(world: World) -> None:
    """A follower reads of what is late once, with the days of now; what was done meanwhile is not in it."""
    parlour = Parlour()
    secretaries = [world.registered(code, "secretary") for code in ("CB01", "CB02")]
    follower = world.registered("CB01", "follower")
    for talker in secretaries:
        parlour.spoken[talker.address.place] = world.local("2022-06-20 09:00")
    with world.db.write() as session:
        session.execute(
            update(Contact).where(Contact.place == follower.address.place).values(closed_at=world.at)
        )
    silent(world, parlour, follower, "2022-05-20 09:00")
    assert waits(world) == 1
    first = message(world, next(m for m in bodies(world, follower) if APRIL in m))
    world.go("2022-05-25 10:00")
    (_, told) = speaks(follower, parlour)
    assert APRIL in told.text
    assert told.text != first.body["text"], "its days are those of today"
    assert waits(world) == 0


def bodies(world: World, talker: Talker) -> list[str]:
    with world.db.read() as session:
        whose = Message.person_id == place_of(world, talker).person_id
        return [
            m.body["text"] for m in session.scalars(select(Message).where(whose, Message.state == "waiting"))
        ]


def test_to_follow_and_to_leave_is_not_to_speak(world: World) -> None:
    """Who lets the assistant in again has not used the place, and has not opened its window."""
    secretary = world.registered("CB01", "secretary")
    world.later(days=10)
    notice(world, secretary, "một")
    sends_what_is_due(world, Parlour())
    before = place_of(world, secretary)
    world.later(days=1)
    for number, blocked in enumerate((True, False)):
        receive(world.desk, Incoming(f"f{number}", secretary.address, world.at, blocked=blocked))
    after = place_of(world, secretary)
    assert (after.used_at, after.closed_at, after.lost_at) == (before.used_at, before.closed_at, None)


def test_two_words_at_once_release_it_once(world: World) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    silent(world, parlour, secretary, "2022-04-28 09:00")
    notice(world, secretary, "một")
    parlour.spoken[secretary.address.place] = world.at
    events = [Incoming(f"e{n}", secretary.address, world.at, text=HELLO) for n in range(4)]
    threads = [Thread(target=receive, args=(world.desk, event)) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    before = len(parlour.taken)
    sends_what_is_due(world, parlour)
    came = [text for _, text in parlour.taken[before:]]
    assert came.count("một") == 1
    assert sum(text.startswith("<b>Việc đang chờ") for text in came) == 1


def test_killed_between_it_is_released_by_the_word_that_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parlour = Parlour()
    secretary = world.registered("CB01", "secretary")
    silent(world, parlour, secretary, "2022-04-28 09:00")
    parlour.spoken[secretary.address.place] = world.at
    event = Incoming("e1", secretary.address, world.at, text=HELLO)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bot.talk.windows.release_messages", dies)
        with pytest.raises(KeyboardInterrupt):
            receive(world.desk, event)
    with world.db.read() as session:
        assert session.get(Event, "e1") is None
    assert place_of(world, secretary).closed_at is not None
    receive(world.desk, event)
    before = len(parlour.taken)
    sends_what_is_due(world, parlour)
    assert sum(text.startswith("<b>Việc đang chờ") for _, text in parlour.taken[before:]) == 1


def test_a_window_that_must_be_closed_is_not_tried(world: World) -> None:
    """The other side need not refuse what is known to be refused; who has another place hears there at once."""
    parlour, other = Parlour(knocks=True), Parlour("zalo")
    parlour.window = WEEK
    alone = world.registered("CB01", "secretary")
    both = world.registered("CB02", "secretary")
    for talker in (alone, both):
        parlour.spoken[talker.address.place] = world.at
    elsewhere = another_place(world, both, "zalo", used_at=world.at - WEEK)
    other.spoken[elsewhere.address.place] = world.at + 2 * WEEK
    world.at += timedelta(days=6)
    notice(world, alone, "Tin trong tuần")
    sends_what_is_due(world, parlour, other)
    assert parlour.texts(alone.address.place)[-1] == "Tin trong tuần"
    world.at += timedelta(days=2)
    notice(world, alone, "Tin sau một tuần")
    notice(world, both, "Tin sau một tuần")
    sends_what_is_due(world, parlour, other)
    assert parlour.refused == []
    assert [place for place, _ in parlour.knocked] == [alone.address.place]
    assert other.texts(elsewhere.address.place) == ["Tin sau một tuần"]
    assert "Tin sau một tuần" in [reply.text for reply in speaks(alone, parlour)]
