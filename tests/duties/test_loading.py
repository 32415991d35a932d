"""Loading a plan: once, again, edited, in the middle of its time, at night; done stays done and nothing doubles."""

import json
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import func, select
from sqlalchemy import text as sql_text

from bot.calendar import Moment
from bot.duties.changes import Changes
from bot.duties.loading import load_plan
from bot.duties.reloading import reload_all
from bot.plans.plan import PlanText
from bot.tables import Demand, Duty, Message, Plan, Topic, Unit
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.files import stored
from tests.kit.plans import plan_of, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import reads_well
from tests.kit.world import World

HEAD = """
plan:
  symbol: 7-KH/CB
  date: 2022-03-20
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-06-30
"""
APRIL = "- {key: t4, title: Chuyên đề tháng tư, meeting: thematic, period: 2022-04}"
MAY = "- {key: t5, title: Chuyên đề tháng năm, meeting: thematic, period: 2022-05}"
JUNE = "- {key: t6, title: Chuyên đề tháng sáu, meeting: thematic, period: 2022-06}"
REPORT = "- {key: bao-cao, do: report, title: Báo cáo, due: {by: 2022-05-20}, to: Đảng ủy, opens: 2022-04-01}"
AFTER = "- {key: gui, do: report, title: 'Gửi báo cáo: {topic}', due: {after_meeting: 2}}"
BEFORE = "- {key: moi, do: confirm, title: 'Gửi giấy mời: {topic}', due: {before_meeting: 3}}"


pytestmark = begins(committee)


def text_of(
    folder: Path, topics: Iterable[str] = (APRIL, MAY), duties: Iterable[str] = (REPORT,)
) -> PlanText:
    parts = [HEAD]
    for name, lines in (("topics", list(topics)), ("duties", list(duties))):
        if lines:
            parts.append(f"{name}:\n" + "".join(f"  {line}\n" for line in lines))
    return plan_of("".join(parts), folder)


def put(world: World, text: PlanText) -> Changes:
    with world.db.write() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        return load_plan(session, text, owner, Moment(world.at, world.desk.zone))[1]


def snapshot(world: World) -> list[tuple[object, ...]]:
    with world.db.read() as session:
        rows = session.scalars(select(Duty).order_by(Duty.id)).all()
        return [
            (r.id, r.demand_id, r.state, r.opens_on, r.due_on, r.next_reminder_at, r.reminded_until)
            for r in rows
        ]


def count(world: World, model: type[Plan | Topic | Demand | Duty]) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def held(secretary: Talker, topic: str) -> Talker:
    """Enters the meeting of a topic as held today."""
    with secretary.world.db.read() as session:
        number = session.scalars(select(Duty.id).where(Duty.key == topic, Duty.unit.has(code="CB01"))).one()
    return secretary.presses(f"result.duty:{number}").taps("Hôm nay").says("đủ").taps("Đúng")


@pytest.mark.parametrize("name", ["42-KH-DUK-2022.yaml", "60-KH-DUK-2022.yaml"])
def test_a_second_load_changes_nothing(world: World, name: str) -> None:
    first = put(world, shipped(name))
    assert first.units == 4
    assert first.added == count(world, Duty) > 0
    assert (first.moved, first.kept, first.withdrawn, first.done, first.nothing) == (0, 0, 0, 0, False)
    assert len(first.new) == len(set(first.new))
    before = snapshot(world), count(world, Demand), count(world, Topic)
    world.later(days=3)
    again = put(world, shipped(name))
    assert again.nothing
    assert (again.added, again.kept, again.new, again.changed, again.gone) == (0, first.added, [], [], [])
    assert (snapshot(world), count(world, Demand), count(world, Topic)) == before
    assert count(world, Plan) == 1


def test_the_quarterly_plan_asks_each_kind_of_unit_for_its_own(world: World) -> None:
    world.units(
        ("BTG", "Ban Tuyên giáo", "ban_tuyen_giao", "co_quan", "DUK"),
        ("DB01", "Đảng bộ Sở", "dang_bo_co_so", "co_quan", "DUK"),
        ("CB11", "Chi bộ Phòng 1", "chi_bo", "co_quan", "DB01"),
    )
    put(world, shipped("42-KH-DUK-2022.yaml"))
    with world.db.read() as session:
        rows = session.execute(
            select(Unit.code, Duty.key, Demand.title)
            .join_from(Duty, Unit, Unit.id == Duty.unit_id)
            .join(Demand)
        ).all()
    keys = Counter(code for code, _, _ in rows)
    meetings = {"cd-1", "cd-2", "cd-3", "cd-4"}
    own = {code: {key for c, key, _ in rows if c == code} for code in keys}
    assert own["BTG"] == {"de-cuong-2", "tong-hop"}
    assert own["DB01"] == {"ke-hoach", "ket-qua", "phan-cong"}
    after = {f"gui-chuyen-de:{key}" for key in meetings}
    assert own["CB01"] == meetings | after | {"ke-hoach", "ket-qua"}
    assert own["CB11"] == meetings | after  # its reports go to its own đảng bộ
    titles = {code: title for code, key, title in rows if key == "cd-3"}
    assert titles["CB02"].endswith("năng lực cạnh tranh của doanh nghiệp")
    assert titles["CB01"] == titles["CB11"] == titles["CB03"]
    assert titles["CB01"].endswith("hoạt động của cơ quan, đơn vị")


def test_units_of_a_sector_and_by_name(world: World, tmp_path: Path) -> None:
    topics = (
        "- {key: nt, title: Nông thôn, meeting: thematic, period: 2022-04, who: {sectors: [nong_thon]}}",
        "- {key: rieng, title: Riêng, meeting: thematic, period: 2022-04, who: {units: [CB02]}}",
        "- {key: khac, title: Khác, meeting: thematic, period: 2022-04, who: {except: [CB02, CB03]}}",
    )
    put(world, text_of(tmp_path, topics, ()))
    with world.db.read() as session:
        found = session.execute(
            select(Unit.code, Duty.key).join_from(Duty, Unit, Unit.id == Duty.unit_id).order_by(Unit.code)
        ).all()
    assert [tuple(row) for row in found] == [("CB01", "khac"), ("CB02", "rieng"), ("CB03", "nt")]


def test_an_edited_plan_moves_what_is_open_and_leaves_what_is_done(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    secretary = world.registered("CB01", "secretary")
    held(secretary, "t4")
    done = duty_of(world, "t4")
    world.go("2022-04-10 08:00")
    edited = text_of(
        tmp_path,
        (APRIL.replace("tháng tư", "tháng 4").replace("2022-04", "{from: 2022-04-01, to: 2022-04-15}"), JUNE),
        (REPORT.replace("2022-05-20", "2022-05-10"),),
    )
    changes = put(world, edited)
    assert (changes.added, changes.moved, changes.kept, changes.withdrawn, changes.done) == (3, 5, 0, 3, 1)
    assert changes.new == ["Chuyên đề tháng sáu"]
    assert changes.changed == ["Chuyên đề tháng 4", "Báo cáo"]
    assert changes.gone == ["Chuyên đề tháng năm"]
    assert not changes.nothing
    after = duty_of(world, "t4")
    assert (after.state, after.due_on, after.on_time) == ("done", done.due_on, True)
    assert duty_of(world, "t4", "CB02").due_on == date(2022, 4, 15)
    assert duty_of(world, "bao-cao").due_on == date(2022, 5, 10)
    assert duty_of(world, "t5").state == "withdrawn"
    assert duty_of(world, "t5").next_reminder_at is None
    assert duty_of(world, "t6").next_reminder_at == world.local(
        "2022-05-20 07:00"
    )  # ten days before; 22/5 is a Sunday
    assert count(world, Duty) == 12
    secretary.says("/thangnay")
    assert "hạn đến hết thứ Ba 10/5" in secretary.last.text
    assert put(world, edited).nothing
    reads_well(secretary)


def test_a_report_that_was_handed_in_stays_when_it_is_asked_for_no_more(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/nop").taps("Báo cáo").hands(stored("a.pdf")).taps("Xong")
    changes = put(world, text_of(tmp_path, duties=()))
    assert (changes.withdrawn, changes.done, changes.gone) == (2, 1, ["Báo cáo"])
    assert duty_of(world, "bao-cao").state == "done"


def test_what_was_withdrawn_comes_back(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    world.registered("CB01", "secretary")
    world.tick(reminders.say_reminders)
    put(world, text_of(tmp_path, (APRIL,)))
    assert duty_of(world, "t5").state == "withdrawn"
    world.go("2022-05-12 08:00")
    changes = put(world, text_of(tmp_path))
    assert (changes.added, changes.new, changes.moved) == (3, ["Chuyên đề tháng năm"], 0)
    back = duty_of(world, "t5")
    assert (back.state, back.next_reminder_at) == ("open", world.at)
    assert count(world, Duty) == 9


def test_a_title_or_a_document_that_changed_is_reported(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    titled = APRIL.replace("tháng tư", "tháng Tư")
    changes = put(world, text_of(tmp_path, (titled, MAY)))
    assert (changes.changed, changes.moved, changes.kept) == (["Chuyên đề tháng Tư"], 3, 6)
    documented = titled[:-1] + ", documents: [{type: Nghị quyết, symbol: 1-NQ/TW}]}"
    changes = put(world, text_of(tmp_path, (documented, MAY)))
    assert (changes.changed, changes.moved, changes.nothing) == (["Chuyên đề tháng Tư"], 0, False)
    with world.db.read() as session:
        topic = session.scalars(select(Topic).where(Topic.key == "t4")).one()
        assert topic.documents == [{"type": "Nghị quyết", "symbol": "1-NQ/TW"}]
    assert put(world, text_of(tmp_path, (documented, MAY))).nothing


def test_a_plan_of_the_same_symbol_and_another_date_or_issuer_is_another(
    world: World, tmp_path: Path
) -> None:
    text = text_of(tmp_path)
    put(world, text)
    for change in ({"date": date(2022, 3, 21)}, {"issuer": "Đảng ủy khác"}):
        put(world, text.model_copy(update={"head": text.head.model_copy(update=change)}))
    assert count(world, Plan) == 3
    assert count(world, Duty) == 27


def test_a_closed_unit_owes_nothing_more_and_a_new_one_owes_all(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB03")).one().closed_on = date(2022, 4, 1)
    world.units(("CB04", "Chi bộ mới", "chi_bo", "co_quan", "DUK"))
    with world.db.write() as session:
        ((plan, changes),) = reload_all(session, Moment(world.at, world.desk.zone))
        assert plan.symbol == "7-KH/CB"
    assert (changes.added, changes.withdrawn, changes.kept) == (3, 3, 6)
    assert duty_of(world, "t4", "CB03").state == "withdrawn"


def test_a_unit_of_another_sector_gets_the_other_words(world: World) -> None:
    put(world, shipped("42-KH-DUK-2022.yaml"))
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB01")).one().sector = "doanh_nghiep"
    changes = put(world, shipped("42-KH-DUK-2022.yaml"))
    assert (changes.moved, changes.added, changes.withdrawn, changes.changed) == (2, 0, 0, [])
    with world.db.read() as session:
        ours = session.scalars(select(Duty).where(Duty.key == "cd-3", Duty.unit.has(code="CB01"))).one()
        assert ours.demand.variant == "doanh_nghiep"


def test_loaded_in_the_middle_it_announces_what_is_current_once_and_nothing_past(world: World) -> None:
    world.go("2022-06-22 10:00")
    put(world, shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    assert duty_of(world, "2022-04").next_reminder_at is None
    assert duty_of(world, "2022-05").next_reminder_at is None
    assert duty_of(world, "2022-07").next_reminder_at == world.local("2022-06-22 10:00")  # announced on 21/6
    world.tick(reminders.say_reminders)
    (told,) = secretary.looks()
    assert told.text.startswith("🔔 <b>Họp thường kỳ: Sinh hoạt chính trị tháng 6/2022")
    assert "🔔 <b>Họp thường kỳ: Sinh hoạt chính trị tháng 7/2022" in told.text
    assert told.text.count("📄 Tài liệu (3)") == 2
    assert "tháng 5/2022" not in told.text
    assert "tháng 4/2022" not in told.text
    tick_through(world, "2022-06-30 20:00")
    world.later(minutes=1)
    texts = [reply.text for reply in secretary.looks()]
    assert not [text for text in texts if "🔔" in text or "tháng 5/2022" in text or "tháng 4/2022" in text]
    reads_well(secretary)


def test_loaded_on_the_day_after_the_last_it_says_nothing_late(world: World) -> None:
    world.go("2022-06-01 06:00")
    put(world, shipped("60-KH-DUK-2022.yaml"))
    world.registered("CB01", "secretary")
    tick_through(world, "2022-06-10 00:00")
    with world.db.read() as session:
        texts = [
            message.body["text"] for message in session.scalars(select(Message).where(Message.priority > 0))
        ]
    assert texts
    assert not [text for text in texts if "tháng 5/2022" in text or "Quá hạn" in text]


@pytest.mark.parametrize(
    ("at", "told"),
    [("2022-06-20 23:00", "2022-06-21 07:00"), ("2022-06-20 05:00", "2022-06-20 07:00")],
)
def test_loaded_at_night_it_is_silent_until_seven(world: World, at: str, told: str) -> None:
    world.go(at)
    put(world, shipped("60-KH-DUK-2022.yaml"))
    world.registered("CB01", "secretary")
    assert duty_of(world, "2022-06").next_reminder_at == world.local(told)
    assert world.tick(reminders.say_reminders) == 0
    world.go(told)
    assert world.tick(reminders.say_reminders) == 1


def test_loaded_again_with_a_slip_mended_before_it_was_announced(world: World, tmp_path: Path) -> None:
    world.go("2022-04-05 23:00")
    put(world, text_of(tmp_path))
    secretary = world.registered("CB01", "secretary")
    world.later(minutes=5)
    put(world, text_of(tmp_path, (APRIL.replace("tháng tư", "tháng Tư"), MAY)))
    world.go("2022-04-06 07:00")
    assert world.tick(reminders.say_reminders) == 1
    world.go("2022-04-06 08:00")
    secretary.looks()
    assert "Chuyên đề tháng Tư" in secretary.last.text


def test_what_has_been_said_is_not_said_again_after_an_edit(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-04-03 08:00")
    assert secretary.looks()
    put(world, text_of(tmp_path, (APRIL.replace("tháng tư", "tháng Tư"), MAY)))
    assert duty_of(world, "t4").next_reminder_at == world.local(
        "2022-04-04 07:00"
    )  # the usual day is the 5th


def test_a_day_that_came_nearer_is_told_at_once(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-05-10 08:00")
    secretary.looks()
    put(world, text_of(tmp_path, duties=(REPORT.replace("2022-05-20", "2022-05-13"),)))
    assert duty_of(world, "bao-cao").next_reminder_at == world.at
    assert world.tick(reminders.say_reminders) == 1
    secretary.looks()
    assert "Hạn đến hết thứ Sáu 13/5, còn 3 ngày" in secretary.last.text


def test_a_waiting_message_is_said_anew_with_the_new_day(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-05-12 09:00")
    secretary.looks()
    tick_through(world, "2022-05-13 07:10")
    put(world, text_of(tmp_path, duties=(REPORT.replace("2022-05-20", "2022-05-18"),)))
    assert world.tick(reminders.say_reminders) == 1
    world.go("2022-05-13 09:00")
    texts = [reply.text for reply in secretary.looks() if "⏰" in reply.text]
    assert len(texts) == 1
    assert "thứ Tư 18/5" in texts[0]
    reads_well(secretary)


def test_the_meeting_that_is_set_keeps_its_reminders_through_an_edit(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path))
    secretary = world.registered("CB01", "secretary")
    tick_through(world, "2022-04-04 09:00")
    secretary.looks()
    secretary.says("/lichhop").says("20/4 14h").taps("Bỏ qua")
    put(world, text_of(tmp_path, (APRIL.replace("tháng tư", "tháng Tư"), MAY)))
    assert duty_of(world, "t4").next_reminder_at == world.local("2022-04-12 07:00")
    assert duty_of(world, "t4", "CB02").reminded_until is None  # nobody is there to be told


def test_what_hangs_on_a_meeting_follows_an_edit(world: World, tmp_path: Path) -> None:
    put(world, text_of(tmp_path, duties=(AFTER, BEFORE)))
    secretary = world.registered("CB01", "secretary")
    assert duty_of(world, "moi:t4").due_on is None
    secretary.says("/thangnay")
    assert "Gửi" not in secretary.last.text
    secretary.says("/lichhop").says("20/4 14h").taps("Bỏ qua")
    assert (duty_of(world, "moi:t4").due_on, duty_of(world, "gui:t4").due_on) == (date(2022, 4, 17), None)
    secretary.says("/thangnay")
    assert "Gửi giấy mời: Chuyên đề tháng tư" in secretary.last.text
    assert "Gửi báo cáo" not in secretary.last.text

    put(world, text_of(tmp_path, duties=(AFTER, BEFORE.replace("3", "5"))))
    assert duty_of(world, "moi:t4").due_on == date(2022, 4, 15)
    secretary.says("/lichhop").says("21/4 14h").taps("Bỏ qua")
    assert duty_of(world, "moi:t4").due_on == date(2022, 4, 16)

    world.go("2022-04-21 20:00")
    held(secretary, "t4")
    assert (duty_of(world, "gui:t4").opens_on, duty_of(world, "gui:t4").due_on) == (
        date(2022, 4, 21),
        date(2022, 4, 23),
    )
    assert duty_of(world, "gui:t4", "CB02").due_on is None
    changes = put(world, text_of(tmp_path, duties=(AFTER.replace("2", "4"), BEFORE.replace("3", "5"))))
    assert changes.changed == ["Gửi báo cáo: Chuyên đề tháng tư", "Gửi báo cáo: Chuyên đề tháng năm"]
    assert duty_of(world, "gui:t4").due_on == date(2022, 4, 25)
    assert duty_of(world, "gui:t5").due_on is None
    secretary.says("/thangnay")
    assert "Hạn đến hết thứ Hai 25/4, còn 4 ngày" in secretary.last.text
    reads_well(secretary)


def test_the_whole_plan_is_kept_as_it_was_read(world: World) -> None:
    put(world, shipped("60-KH-DUK-2022.yaml"))
    with world.db.read() as session:
        plan = session.scalars(select(Plan)).one()
        assert plan.content["plan"]["symbol"] == "60-KH/ĐUK"
        assert len(json.dumps(plan.content)) > 10_000
    with world.db.write() as session:
        ((_, changes),) = reload_all(session, Moment(world.at, world.desk.zone))
        assert changes.nothing


def _somebody_waits(world: World) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with world.db.read() as session:
        return bool(session.scalar(sql_text(waiting)))


def test_two_loads_of_one_plan_at_once_go_by_the_same_answers(world: World, tmp_path: Path) -> None:
    """The second reads what the first was answered, not what stood before it."""
    text = text_of(tmp_path, (), ("- {key: kt, do: report, title: Kế hoạch kiểm tra, due: {every: year}}",))
    owner_of = select(Unit).where(Unit.code == "DUK")
    with world.db.write() as session:
        owner = session.scalars(owner_of).one()
        load_plan(session, text, owner, Moment(world.at, world.desk.zone), answers={"kt": "04-20"})
    with ThreadPoolExecutor(1) as other:
        with world.db.write() as session:
            owner = session.scalars(owner_of).one()
            load_plan(session, text, owner, Moment(world.at, world.desk.zone), answers={"kt": "05-20"})
            second = other.submit(put, world, text)
            for _ in range(1500 if session.get_bind().dialect.name == "postgresql" else 0):
                if _somebody_waits(world):
                    break
                sleep(0.02)
        second.result()
    with world.db.read() as session:
        assert session.scalars(select(Plan.answers)).all() == [{"kt": "05-20"}]
        assert set(session.scalars(select(Duty.due_on))) == {date(2022, 5, 20)}
