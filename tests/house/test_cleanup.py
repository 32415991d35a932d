"""The cleanup: what is past its time goes, what is still needed stays."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from bot.messages import Reply
from bot.store.db import Database, note_growth
from bot.tables import (
    Attendance,
    Audit,
    Contact,
    Errand,
    Event,
    Invite,
    Meeting,
    MeetingState,
    Membership,
    Message,
    MessageState,
    Note,
    Person,
)
from bot.talk.outbox import post_message
from bot.talk.receive import receive
from schedules import cleanup, reminders
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
    )


pytestmark = begins(begin_here)


def contact_of(world: World, talker: Talker) -> Contact:
    with world.db.read() as session:
        return session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()


def test_nothing_to_do_on_a_quiet_day(world: World) -> None:
    world.registered("CB01", "secretary")
    assert world.tick(cleanup.clean_up) == 0


def test_after_a_great_load_both_databases_know_how_their_rows_lie(world: World) -> None:
    """On SQLite an open connection hears nothing of it: the next transaction is on a new one. On PostgreSQL what is found in an index
    is not looked up in the table again."""
    with world.db.read() as session:
        session.execute(text("SELECT 1"))
    with world.db.write() as session:
        session.add_all([Event(id=f"e:{n}", at=world.at) for n in range(2000)])
        note_growth(session)
    known = "sqlite_stat1 WHERE tbl = 'events'" if world.db.sqlite else "pg_stats WHERE tablename = 'events'"
    opened: list[object] = []
    event.listen(world.db.engine, "connect", lambda raw, _record: opened.append(raw))
    with world.db.read() as session:
        assert session.scalar(text(f"SELECT count(*) FROM {known}"))
        assert world.db.sqlite or pages_of(session, "events") == pages_of(session, "events", seen=True) > 0
    assert len(opened) == world.db.sqlite


def pages_of(session: Session, table: str, *, seen: bool = False) -> int:
    """So many pages the table has on PostgreSQL; with `seen`, of which it knows that everybody may see all of them."""
    column = "relallvisible" if seen else "relpages"
    asked = text(f"SELECT {column} FROM pg_class WHERE relname = :table AND relkind = 'r'")
    return int(session.scalar(asked, {"table": table}) or 0)


def test_both_learn_by_night_how_their_rows_lie(world: World) -> None:
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        if world.db.sqlite:
            assert "units" in session.scalars(text("SELECT tbl FROM sqlite_stat1")).all()
        else:
            assert pages_of(session, "units") == pages_of(session, "units", seen=True) > 0


def test_events_go_after_90_days_and_web_talk_after_400(world: World) -> None:
    phone = world.registered("CB01", "secretary")
    web = world.person("w", channel="web").says(world.invite("CB01", "leader")).taps("Đồng ý")
    world.later(days=90, seconds=30)
    phone.says("/tinhhinh")
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        kept = session.scalars(select(Event)).all()
        assert {event.contact_id for event in kept if event.seq} == {contact_of(world, web).id}
        assert [event.seq for event in kept if not event.seq] == [None]
        assert "Đồng ý" in " ".join(event.said for event in kept)
    world.later(days=311)
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert session.scalars(select(Event)).all() == []


def test_a_redelivered_event_is_known_for_90_days(world: World) -> None:
    talker = world.registered("CB01", "secretary")
    event = talker._event(text="/tinhhinh")
    talker.sends(event)
    world.later(days=89)
    world.tick(cleanup.clean_up)
    seen = len(talker.got)
    talker.sends(event)
    assert len(talker.got) == seen


def test_messages_go_after_400_days_but_those_that_still_wait(world: World) -> None:
    talker = world.registered("CB01", "secretary")
    contact = contact_of(world, talker)
    with world.db.write() as session:
        for state in ("sent", "withdrawn", "failed", "waiting"):
            message = post_message(
                session, contact, Reply(state), world.at, due_at=world.at + timedelta(days=999)
            )
            message.state = MessageState(state)
    world.later(days=399)
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert len(session.scalars(select(Message)).all()) > 4
    world.later(days=2)
    assert world.tick(cleanup.clean_up) > 0
    with world.db.read() as session:
        assert {message.body["text"] for message in session.scalars(select(Message))} == {"waiting"}


def test_a_reminder_keeps_its_message(world: World) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    talker = world.registered("CB01", "secretary")
    world.go("2022-04-01 08:05")
    world.tick(reminders.say_reminders)
    talker.looks()
    world.later(days=401)
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert any("03-NQ/TW" in str(m.body) for m in session.scalars(select(Message)))


def test_codes_go_90_days_after_they_ran_out(world: World) -> None:
    world.invite("CB01", "secretary")
    talker = world.person().says(world.invite("CB01", "leader"))  # has not answered the notice
    world.later(days=14 + 89)
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert len(session.scalars(select(Invite)).all()) == 2
    world.later(days=2)
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert session.scalars(select(Invite)).all() == []
    talker.taps("Đồng ý")
    assert talker.last.text.startswith("Mã này đã hết hạn.")
    with world.db.read() as session:
        assert session.scalars(select(Membership)).all() == []


def test_the_place_of_a_forgotten_person_goes_once_the_last_word_is_out(world: World) -> None:
    talker, other = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    talker.says("/hop").taps("Họp thường kỳ").says("Một ý kiến").says("/xoadulieu")
    payload = talker.find("Xóa").payload
    with world.db.read() as session:
        person = session.get_one(Person, contact_of(world, talker).person_id)

    event = talker._event(payload=payload)
    receive(world.desk, event)  # the answer waits
    assert world.tick(cleanup.clean_up) == 0
    assert contact_of(world, talker)
    talker.looks()
    assert "Đã xóa" in talker.last.text
    assert world.tick(cleanup.clean_up) == 1
    assert world.tick(cleanup.clean_up) == 0
    with world.db.read() as session:
        contact = session.scalars(select(Contact).where(Contact.person_id == person.id)).one()
        assert contact.place == f"-{contact.id}"
        assert contact.forgotten_at == world.at
        assert {m.body["text"] for m in session.scalars(select(Message)) if m.contact_id == contact.id} == {
            ""
        }
        assert [note.text for note in session.scalars(select(Note))] == [""]
    assert other.says("/tinhhinh").last.text.startswith("🔎")


def test_errands_are_dropped_when_their_time_is_over(db: Database) -> None:
    world = World(db)
    world.units(("DUK", "Đảng ủy mẫu", "dang_uy", "", None))
    world.registered("DUK", "admin")
    with db.write() as session:
        for days, state in ((10, "done"), (100, "shown")):
            session.add(
                Errand(
                    person_id=1,
                    unit_id=1,
                    kind="plan",
                    state=state,
                    created_at=world.at - timedelta(days=days),
                )
            )
    world.tick(cleanup.clean_up)
    with db.read() as session:
        assert session.scalars(select(Errand.state)).all() == ["done"]


def test_the_words_of_old_meetings_go_where_the_office_says_so_and_the_archive_stays(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    secretary.says("/hop").taps("Họp thường kỳ").says("Một ý kiến")
    with world.db.write() as session:
        meeting = session.scalars(select(Meeting)).one()
        meeting.state, meeting.ended_at = MeetingState.HELD, world.at
        session.add(Audit(at=world.at, person_id=None, action="old"))
        counts = {"total": 28, "present": 25, "absent_excused": 3, "absent_unexcused": 0, "exempt": 0}
        session.add(
            Attendance(meeting_id=meeting.id, entered_by=meeting.led_by, entered_at=world.at, **counts)
        )
    kept = cleanup.KeepTimes(notes=timedelta(days=730))
    world.later(days=729)
    cleanup.clean_up(world.desk, world.at, kept)
    with world.db.read() as session:
        assert [note.text for note in session.scalars(select(Note))] == ["Một ý kiến"]
    world.later(days=2)
    cleanup.clean_up(world.desk, world.at, kept)
    with world.db.read() as session:
        assert [note.text for note in session.scalars(select(Note))] == [""]
        assert session.scalars(select(Attendance.present)).all() == [25]
        assert "old" in session.scalars(select(Audit.action)).all()
    world.later(days=1100)
    cleanup.clean_up(world.desk, world.at, kept)
    with world.db.read() as session:
        assert "old" not in session.scalars(select(Audit.action)).all()


def test_notes_stay_for_ever_by_themselves(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    secretary.says("/hop").taps("Họp thường kỳ").says("Một ý kiến")
    world.later(days=9000)
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert [note.text for note in session.scalars(select(Note))] == ["Một ý kiến"]


def test_it_goes_in_small_steps_by_night(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "STEP", 3)
    monkeypatch.setattr(cleanup, "PORTIONS", 2)
    with world.db.write() as session:
        session.add_all([Event(id=f"e:{n}", at=world.at) for n in range(8)])
    world.later(days=91)
    assert world.tick(cleanup.clean_by_night) == 0  # eight in the morning
    world.later(hours=14)
    done = []
    while some := world.tick(cleanup.clean_by_night):
        done.append(some)
    assert done == [6, 2]
