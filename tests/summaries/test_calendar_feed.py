"""The calendar that a phone subscribes to, read as a phone reads it: meetings, last days, what ends it, what it never says."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import event as sql_event
from sqlalchemy import select, update
from starlette.applications import Starlette

from bot.channels.web.channel import Hub
from bot.meetings.meetings import set_meeting
from bot.people.calendars import calendar_key
from bot.store.links import SignedLinks
from bot.summaries import feed
from bot.summaries.feed import MOST, USUAL
from bot.tables import Contact, Duty, DutyState, Meeting, MeetingKind, Membership, Person, Unit
from bot.units.ends import close_unit
from bot.web.app import build_site
from tests.kit.places import ZONE
from tests.kit.plans import MONTHLY, shipped
from tests.kit.talker import Talker
from tests.kit.walking import to_the_end
from tests.kit.world import World

HOST = "chibo.example"
CELLS = 40


@pytest.fixture
def site(world: World) -> Starlette:
    links = SignedLinks("bí mật", f"https://{HOST}")
    nothing: Any = None
    return build_site(world.desk, nothing, links, Hub(), nothing, nothing, lambda: world.at)


@pytest.fixture
def links(site: Starlette) -> SignedLinks:
    found: SignedLinks = site.state.site.links
    return found


def person_of(world: World, talker: Talker) -> int:
    with world.db.read() as session:
        here = Contact.place == talker.address.place
        return session.scalars(select(Contact.person_id).where(here)).one()


def link_of(world: World, links: SignedLinks, talker: Talker) -> str:
    """The path of the calendar that the person is handed now."""
    with world.db.write() as session:
        person = session.get_one(Person, person_of(world, talker))
        return links.path(links.calendar(person.id, calendar_key(person))) + ".ics"


async def fetch(site: Starlette, path: str, **headers: str) -> httpx.Response:
    wire = httpx.ASGITransport(site)
    async with httpx.AsyncClient(transport=wire, base_url=f"https://{HOST}") as client:
        return await client.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


def read(answer: httpx.Response) -> Any:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))  # RFC 5545, 3.1
    return Calendar.from_ical(answer.content)


def events(calendar: Any) -> Mapping[str, Any]:
    found = {str(one["UID"]): one for one in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT"))
    return found


def titles(calendar: Any, kind: str) -> list[str]:
    return [str(one["SUMMARY"]) for uid, one in events(calendar).items() if uid.startswith(kind)]


async def seen(world: World, site: Starlette, talker: Talker) -> Any:
    return read(await fetch(site, link_of(world, site.state.site.links, talker)))


def day(text: str, time: str = "19:30") -> datetime:
    return datetime.fromisoformat(f"{text} {time}").replace(tzinfo=ZONE)


def set_for(talker: Talker, when: str = "20/4 19h30", place: str = "Nhà văn hóa, tầng 2") -> None:
    talker.says("/lichhop").says(when).says(place)


async def test_a_meeting_that_is_set_and_moved(world: World, secretary: Talker, site: Starlette) -> None:
    set_for(secretary)
    first = {uid: one for uid, one in events(await seen(world, site, secretary)).items() if "meeting-" in uid}
    ((uid, set_once),) = first.items()
    assert re.fullmatch(rf"meeting-\d+@{HOST}", uid)
    assert set_once.decoded("DTSTART") == day("2022-04-20")
    assert set_once.decoded("DTEND") - set_once.decoded("DTSTART") == USUAL
    assert str(set_once["SUMMARY"]).startswith("Chi bộ Văn phòng họp: ")
    assert str(set_once["LOCATION"]) == "Nhà văn hóa, tầng 2"
    assert str(set_once["STATUS"]) == "CONFIRMED"
    world.later(hours=2)
    set_for(secretary, "21/4 8h", "Hội trường")
    moved = events(await seen(world, site, secretary))[uid]
    assert moved.decoded("DTSTART") == day("2022-04-21", "08:00")
    assert str(moved["LOCATION"]) == "Hội trường"
    assert moved["SEQUENCE"] > set_once["SEQUENCE"]
    assert moved.decoded("LAST-MODIFIED") > set_once.decoded("LAST-MODIFIED")


async def test_what_a_phone_needs_to_know(world: World, secretary: Talker, site: Starlette) -> None:
    set_for(secretary)
    calendar = await seen(world, site, secretary)
    assert str(calendar["VERSION"]) == "2.0"
    assert str(calendar["X-WR-CALNAME"]) == str(calendar["NAME"]) == "Trợ lý chi bộ"
    assert calendar.decoded("REFRESH-INTERVAL") == timedelta(hours=3)
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert str(calendar["X-PUBLISHED-TTL"]) == "PT3H"
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Asia/Ho_Chi_Minh"
    assert {str(one["TZOFFSETTO"].to_ical()) for one in zone.walk("STANDARD")} == {"+0700"}
    for one in calendar.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(one)


async def test_last_days_and_a_duty_that_is_done(world: World, secretary: Talker, site: Starlette) -> None:
    before = await seen(world, site, secretary)
    april = next(one for one in events(before).values() if one.decoded("DTSTART") == date(2022, 4, 30))
    assert str(april["SUMMARY"]).startswith("Hạn: ")
    assert april.decoded("DTEND") == date(2022, 5, 1)  # all day
    assert "Trùng ngày nghỉ: nên xong chậm nhất 29/4/2022." in str(april["DESCRIPTION"])
    assert len(titles(before, "duty-")) == 11  # nine meetings, two reports
    world.go("2022-04-20 19:30")
    secretary.says("/hop").taps("Bắt đầu")
    to_the_end(secretary)
    assert str(april["UID"]) in events(await seen(world, site, secretary))
    with world.db.write() as session:
        duty = session.scalars(select(Duty).where(Duty.due_on == date(2022, 4, 30)).order_by(Duty.id)).first()
        assert duty is not None
        duty.state, duty.done_at, duty.on_time = DutyState.DONE, world.at, True
    assert str(april["UID"]) not in events(await seen(world, site, secretary))


async def test_a_held_meeting_stays_on_its_day(world: World, secretary: Talker, site: Starlette) -> None:
    set_for(secretary)
    with world.db.write() as session:
        meeting = session.scalars(select(Meeting)).one()
        meeting.state = "held"  # type: ignore[assignment]
        meeting.started_at, meeting.ended_at = (
            world.local("2022-04-20 19:45"),
            world.local("2022-04-20 21:05"),
        )
    world.go("2022-05-10 08:00")
    held = next(one for uid, one in events(await seen(world, site, secretary)).items() if "meeting-" in uid)
    assert (held.decoded("DTSTART"), held.decoded("DTEND")) == (
        day("2022-04-20", "19:45"),
        day("2022-04-20", "21:05"),
    )
    world.go("2022-07-20 08:00")  # 91 days later
    assert titles(await seen(world, site, secretary), "meeting-") == []


async def test_a_rehearsal_is_no_meeting(world: World, secretary: Talker, site: Starlette) -> None:
    set_for(secretary)
    with world.db.write() as session:
        session.execute(update(Meeting).values(rehearsal=True))
    assert titles(await seen(world, site, secretary), "meeting-") == []


async def test_a_unit_that_is_closed(world: World, secretary: Talker, site: Starlette) -> None:
    set_for(secretary)
    leader = world.registered("DUK", "leader")
    before = events(await seen(world, site, leader))
    path = link_of(world, site.state.site.links, secretary)
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        close_unit(session, unit, date(2022, 4, 1), world.moment)
    (gone,) = [one for uid, one in events(await seen(world, site, leader)).items() if "meeting-" in uid]
    assert str(gone["STATUS"]) == "CANCELLED"
    assert gone["SEQUENCE"] > before[str(gone["UID"])]["SEQUENCE"]
    assert "2/2" not in str(gone)
    april = events(await seen(world, site, leader))[f"due-2022-04-30@{HOST}"]
    assert str(april["SUMMARY"]).endswith("còn 2/2 đơn vị")
    empty = read(await fetch(site, path))  # its secretary has no role any more
    assert str(empty["X-WR-CALNAME"]) == "Trợ lý chi bộ (đã ngừng)"
    assert empty.walk("VEVENT") == []


def forty_cells(world: World) -> None:
    """Beside those of the committee a second one with forty cells, each with a meeting; two of them held."""
    rows = [(f"H{n:02}", f"Chi bộ Thôn {n}", "chi_bo", "nong_thon", "HUY") for n in range(1, CELLS + 1)]
    world.units(("HUY", "Huyện ủy mẫu", "huyen_uy", "", None), *rows)
    world.load(shipped(MONTHLY), "HUY")
    meet(world, "H%", "2022-04-15 08:00")


def meet(world: World, codes: str, first: str) -> None:
    """Each of these units has set a meeting, an hour after the one before."""
    with world.db.write() as session:
        units = session.scalars(
            select(Unit).where(Unit.code.like(codes), Unit.kind == "chi_bo").order_by(Unit.id)
        )
        for n, unit in enumerate(units.all()):
            duty = session.scalars(
                select(Duty)
                .where(Duty.unit_id == unit.id, Duty.due_on == date(2022, 4, 30))
                .order_by(Duty.id)
            ).first()
            set_meeting(
                session, unit, duty, world.local(first) + timedelta(hours=n), f"Nhà {n}", world.moment
            )


async def test_a_leader_of_forty_cells(world: World, site: Starlette) -> None:
    forty_cells(world)
    leader = world.registered("HUY", "leader")
    secretary = world.registered("H07", "secretary", name="Nguyễn Thị Bảy")
    with world.db.write() as session:
        done = session.scalars(
            select(Duty)
            .join(Unit, Unit.id == Duty.unit_id)
            .where(Unit.parent_id.is_not(None), Duty.due_on == date(2022, 4, 30), Unit.code.like("H%"))
            .order_by(Duty.id)
            .limit(28)
        ).all()
        for duty in done:
            duty.state, duty.done_at = DutyState.DONE, world.at
    calendar = await seen(world, site, leader)
    meetings = titles(calendar, "meeting-")
    assert len(meetings) == CELLS
    assert any(one.startswith("Chi bộ Thôn 7 họp: ") for one in meetings)
    assert not any("Văn phòng" in one for one in meetings)  # of the other committee
    april = events(calendar)[f"due-2022-04-30@{HOST}"]
    assert str(april["SUMMARY"]).endswith(": còn 12/40 đơn vị")
    assert april["SEQUENCE"] == 28
    assert titles(calendar, "duty-") == []
    assert [one for one in titles(calendar, "due-") if "đơn vị" in one] == [
        str(april["SUMMARY"])
    ]  # May is far
    text = calendar.to_ical().decode()
    assert "Bảy" not in text
    own = await seen(world, site, secretary)
    assert len(titles(own, "meeting-")) == 1
    assert titles(own, "due-") == []


async def test_all_have_done_it(world: World, site: Starlette) -> None:
    follower = world.registered("DUK", "follower")
    with world.db.write() as session:
        session.execute(
            update(Duty)
            .where(Duty.due_on == date(2022, 4, 30))
            .values(state=DutyState.DONE, done_at=world.at)
        )
    april = events(await seen(world, site, follower))[f"due-2022-04-30@{HOST}"]
    assert str(april["SUMMARY"]).endswith(": đủ 3/3 đơn vị")


async def test_who_leads_and_reads_sees_both(world: World, secretary: Talker, site: Starlette) -> None:
    secretary.says(f"/start {world.invite('DUK', 'leader')}")
    secretary.says(f"/start {world.invite('CB02', 'secretary')}")
    meet(world, "CB0%", "2022-04-15 08:00")
    calendar = await seen(world, site, secretary)
    assert len(titles(calendar, "meeting-")) == 3  # one's own once
    assert any(one.startswith("Hạn (Chi bộ Văn phòng): ") for one in titles(calendar, "duty-"))
    assert len(titles(calendar, "due-")) == 9


async def test_too_many_meetings_are_said_to_be_left_out(
    world: World, site: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    forty_cells(world)
    leader = world.registered("HUY", "leader")
    for most in ("bot.summaries.feed.MOST", "bot.summaries.ics.MOST"):
        monkeypatch.setattr(most, 10)
    calendar = await seen(world, site, leader)
    shown = [one for uid, one in events(calendar).items() if "meeting-" in uid]
    assert len(shown) == 10
    last = max(one.decoded("DTSTART") for one in shown)
    assert last == day("2022-04-15", "17:00")
    out = events(calendar)[f"left-out@{HOST}"]
    assert out.decoded("DTSTART") == date(2022, 4, 16)
    assert str(out["SUMMARY"]) == "Lịch chỉ ghi 10 buổi họp gần nhất"


async def test_its_cost_does_not_grow_with_the_units(world: World, site: Starlette) -> None:
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    async def count(talker: Talker) -> int:
        path = link_of(world, site.state.site.links, talker)
        asked.clear()
        read(await fetch(site, path))
        return len(asked)

    few = world.registered("DUK", "leader")
    engine = world.db.engine
    sql_event.listen(engine, "before_cursor_execute", note)
    try:
        at_first = await count(few)
        forty_cells(world)
        many = world.registered("HUY", "leader")
        assert await count(many) == at_first
    finally:
        sql_event.remove(engine, "before_cursor_execute", note)
    assert MOST <= 500


async def test_a_new_link_ends_the_old(world: World, secretary: Talker, site: Starlette) -> None:
    set_for(secretary)
    old = link_of(world, site.state.site.links, secretary)
    assert read(await fetch(site, old)).walk("VEVENT")
    secretary.says("/caidat").taps("Lịch trên điện thoại").taps("Địa chỉ mới")
    assert "Địa chỉ trước đây không còn dùng được." in secretary.last.text
    assert read(await fetch(site, old)).walk("VEVENT") == []
    new = link_of(world, site.state.site.links, secretary)
    assert read(await fetch(site, new)).walk("VEVENT")
    secretary.taps("Ngừng lịch")
    assert secretary.last.text.startswith("✅ Đã ngừng lịch.")
    assert read(await fetch(site, new)).walk("VEVENT") == []
    assert (await fetch(site, new.removesuffix(".ics"))).status_code == 403


async def test_it_ends_with_the_roles_and_with_being_forgotten(
    world: World, secretary: Talker, site: Starlette
) -> None:
    path = link_of(world, site.state.site.links, secretary)
    with world.db.write() as session:
        session.execute(update(Membership).values(ended_at=world.at))
    assert read(await fetch(site, path)).walk("VEVENT") == []
    with world.db.write() as session:
        session.execute(update(Membership).values(ended_at=None))
    assert read(await fetch(site, path)).walk("VEVENT")
    secretary.says("/xoadulieu").taps("Xóa")
    with world.db.write() as session:  # even if a role should come back
        session.execute(update(Membership).values(ended_at=None))
    assert read(await fetch(site, path)).walk("VEVENT") == []


async def test_the_link_as_it_is_handed_out(world: World, secretary: Talker) -> None:
    secretary.says("/caidat").taps("Lịch trên điện thoại")
    person = person_of(world, secretary)
    link = f"https://chibo.example/c/{person}-1"
    assert f'<a href="{link}">Thêm vào lịch</a>' in secretary.last.text
    assert f"<code>{link}.ics</code>" in secretary.last.text
    assert f"<code>webcal://chibo.example/c/{person}-1.ics</code>" in secretary.last.text
    first = secretary.last.text
    secretary.says("/caidat").taps("Lịch trên điện thoại")
    assert secretary.last.text == first  # the same link, however often it is asked for


async def test_its_page_leads_to_the_phone_s_calendar(
    world: World, secretary: Talker, site: Starlette
) -> None:
    path = link_of(world, site.state.site.links, secretary)
    page = await fetch(site, path.removesuffix(".ics"))
    assert f'href="webcal://{HOST}{path}"' in page.text
    assert f'value="https://{HOST}{path}" readonly' in page.text


async def test_nothing_new_is_not_sent_again(world: World, secretary: Talker, site: Starlette) -> None:
    path = link_of(world, site.state.site.links, secretary)
    first = await fetch(site, path)
    assert first.headers["cache-control"] == "private, max-age=900"
    world.later(minutes=20)
    again = await fetch(site, path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    set_for(secretary)
    assert (await fetch(site, path, if_none_match=first.headers["etag"])).status_code == 200


@pytest.mark.parametrize("token", ["x", "x.y", "WzEsMV0.forged"])
async def test_a_forged_link(site: Starlette, token: str) -> None:
    assert (await fetch(site, f"/c/{token}.ics")).status_code == 404
    assert (await fetch(site, f"/c/{token}")).status_code == 403


async def test_another_kind_of_link_opens_no_calendar(site: Starlette, links: SignedLinks) -> None:
    token = links.web_chat(1, 1).rpartition("/")[2]
    assert (await fetch(site, f"/c/{token}.ics")).status_code == 404


def test_nothing_that_was_said_can_stand_in_it() -> None:
    fields: Sequence[str] = [*feed.FeedMeeting.__dataclass_fields__, *feed.FeedDemand.__dataclass_fields__]
    assert not {"notes", "led_by", "chair", "clerk", "presenter", "person"} & set(fields)


async def test_signs_that_the_format_uses_itself(world: World, secretary: Talker, site: Starlette) -> None:
    set_for(secretary, place="Hội trường A; tầng 2, nhà B \\ BEGIN:VEVENT")
    (meeting,) = [one for uid, one in events(await seen(world, site, secretary)).items() if "meeting-" in uid]
    assert str(meeting["LOCATION"]) == "Hội trường A; tầng 2, nhà B \\ BEGIN:VEVENT"


async def test_a_meeting_outside_of_every_plan(world: World, secretary: Talker, site: Starlette) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        session.add(
            Meeting(
                unit_id=unit.id,
                kind=MeetingKind.REGULAR,
                planned_at=world.local("2022-04-05 14:00"),
                created_at=world.at,
            )
        )
    assert titles(await seen(world, site, secretary), "meeting-") == [
        "Chi bộ Văn phòng họp: sinh hoạt thường kỳ"
    ]
