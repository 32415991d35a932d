"""The office's page: each room to each role, within its own tree alone; its buttons are the chat's."""

import html
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot.channels import CHANNELS
from bot.composition import compose
from bot.messages import Reply
from bot.settings import with_channels
from bot.store.links import SignedLinks
from bot.tables import Contact, Demand, Duty, Event, Membership, Message, MessageState, Reminder, Unit
from bot.talk import outbox
from handlers import ACTIONS
from tests.kit.figures import FIGURES
from tests.kit.files import stored
from tests.kit.plans import MONTHLY, plan_of, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.world import World

ROOMS = ("units", "open", "files", "plans", "registered", "messages", "costs", "errors")
SUMS = ROOMS[:3]


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở Công", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở Nông", "dang_bo_co_so", "", "DUK"),
        ("A1", "Chi bộ Bưu điện", "chi_bo", "", "DUA"),
        ("A2", "Chi bộ Bến xe", "chi_bo", "", "DUA"),
        ("B1", "Chi bộ Thanh tra", "chi_bo", "", "DUB"),
    )
    world.load(shipped(MONTHLY))


pytestmark = begins(begin_here)


class Pages:
    """The office's page of somebody who has registered by the web."""

    def __init__(self, world: World, links: SignedLinks, client: httpx.AsyncClient) -> None:
        self.world, self.links, self.client = world, links, client

    def chat(self, talker: Talker) -> str:
        with self.world.db.read() as session:
            place = select(Contact).where(Contact.place == talker.address.place)
            contact = session.scalars(place).one()
            return self.links.path(self.links.web_chat(contact.id, contact.key))

    async def get(self, talker: Talker, room: str = "", **asked: object) -> httpx.Response:
        given = {name: str(value) for name, value in asked.items()}
        return await self.client.get(f"{self.chat(talker)}/office{room and '/'}{room}", params=given)

    async def text(self, talker: Talker, room: str = "", **asked: object) -> str:
        answer = await self.get(talker, room, **asked)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    async def press(self, talker: Talker, value: str) -> str:
        """The chat, as a browser without JavaScript gets it."""
        said = await self.client.post(
            f"{self.chat(talker)}/say", data={"press": value}, follow_redirects=False
        )
        assert said.status_code == 303
        return said.headers["location"]


@pytest.fixture
async def pages(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pages]:
    monkeypatch.setattr("bot.web.chat.ANSWER_SECONDS", 0.05)  # nothing is sent here that could be waited for
    facts: dict[str, Any] = {
        "files_url": SecretStr(str(tmp_path / "files")),
        "public_url": "https://chibo.example",
    }
    settings = with_channels(CHANNELS)(_env_file=None, **facts)
    service = compose(settings, world.db, lambda: world.at)
    wire = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=wire, base_url="https://chibo.example") as client:
        yield Pages(world, service.app.state.site.links, client)
    service.stopped()


def person(world: World, unit: str, role: str, **facts: object) -> Talker:
    return world.registered(unit, role, channel="web", **facts)


def buttons(page: str) -> list[dict[str, str]]:
    return [json.loads(value) for value in re.findall(r"name=\"press\" value='([^']+)'", page)]


@pytest.mark.parametrize(
    ("role", "opened"),
    [("secretary", ()), ("follower", SUMS), ("leader", SUMS), ("admin", ROOMS)],
)
async def test_each_role_and_each_room(
    world: World, pages: Pages, role: str, opened: tuple[str, ...]
) -> None:
    somebody = person(world, "A1" if role == "secretary" else "DUA", role)
    for room in ROOMS:
        answer = await pages.get(somebody, room)
        assert answer.status_code == (200 if room in opened else 403), room
        if room in opened:
            named = re.findall(r'<li><a href="[^"]*/office/(\w+)"', answer.text)
            assert set(named) == set(opened)
        else:
            assert "Phòng này dành cho người khác" in answer.text
    answer = await pages.get(somebody)
    assert answer.status_code == (200 if opened else 403)
    assert (await pages.get(somebody, "khác")).status_code == 404


async def test_a_role_that_ends_closes_the_page(world: World, pages: Pages) -> None:
    office = person(world, "DUA", "admin")
    assert 'class="to-office"' in (await pages.client.get(pages.chat(office))).text
    with world.db.write() as session:
        session.execute(update(Membership).values(ended_at=world.at))
    assert {(await pages.get(office, room)).status_code for room in ROOMS} == {403}
    assert 'class="to-office"' not in (await pages.client.get(pages.chat(office))).text


async def test_nobody_sees_beyond_their_tree(world: World, pages: Pages) -> None:
    office, other = person(world, "DUA", "admin"), person(world, "DUB", "admin")
    mine = person(world, "A1", "secretary", name="Trần Văn Của Ta")
    theirs = person(world, "B1", "secretary", name="Lê Thị Của Họ")
    tick_through(world, "2022-04-28 09:00", mine, theirs)
    looks: list[tuple[str, dict[str, object]]] = [(room, {}) for room in ROOMS]
    for day in (4, 6, 19, 26):
        looks.append(("messages", {"day": f"2022-04-{day:02}"}))
    looks += [("open", {"demand": demand}) for demand in demands(world)]
    for reader, own, foreign in (
        (office, ("Chi bộ Bưu điện", "Trần Văn Của Ta"), ("Chi bộ Thanh tra", "Lê Thị Của Họ", "Sở Nông")),
        (other, ("Chi bộ Thanh tra", "Lê Thị Của Họ"), ("Chi bộ Bưu điện", "Trần Văn Của Ta", "Sở Công")),
    ):
        shown = [await pages.text(reader, room, **asked) for room, asked in looks]
        shown += [await pages.text(reader, "units", unit=unit) for unit in unit_ids(world)]
        shown += [
            await pages.text(reader, "units", find="chi bộ"),
            await pages.text(reader, "messages", find="chi bo", day="2022-04-04"),
        ]
        assert [word for word in own if not any(word in page for page in shown)] == []
        assert [
            word for word in foreign if any(word in page.replace('value="chi bộ"', "") for page in shown)
        ] == []


def demands(world: World) -> list[int]:
    with world.db.read() as session:
        return list(session.scalars(select(Demand.id).order_by(Demand.id)))


def unit_ids(world: World) -> list[int]:
    with world.db.read() as session:
        return list(session.scalars(select(Unit.id).order_by(Unit.id)))


async def test_every_button_is_one_of_the_chat_and_answers_there(world: World, pages: Pages) -> None:
    office = person(world, "DUK", "admin")
    person(world, "A1", "secretary")
    pressed = [one for room in ROOMS for one in buttons(await pages.text(office, room))]
    pressed += buttons(await pages.text(office, "units", find="A1"))
    actions = {one["payload"].partition(":")[0] for one in pressed}
    assert actions == {
        "unit.card",
        "admin.card",
        "sum.units",
        "office",
        "office.plan",
        "admin.all",
        "admin.lost",
        "admin.renew",
    }
    assert actions <= set(ACTIONS)
    assert len({one["id"] for one in pressed}) == len(pressed)
    card = next(
        one for one in pressed if one["payload"].startswith("unit.card") and "Bưu điện" in one["label"]
    )
    assert card["label"] == "🔎 Xem: Chi bộ Bưu điện"
    where = await pages.press(office, json.dumps(card))
    with world.db.read() as session:
        said = session.scalars(select(Event).where(Event.message_ref == card["id"])).one()
    assert where == f"{pages.chat(office)}#l{said.seq}"
    office.looks()
    assert "🏢 <b>Chi bộ Bưu điện" in office.last.text


async def test_a_forged_button_is_the_chats_to_refuse(world: World, pages: Pages) -> None:
    leader = person(world, "DUA", "leader")
    foreign = unit_ids(world)[-1]
    await pages.press(
        leader, json.dumps({"id": "forged-press-1", "payload": f"unit.card:{foreign}", "label": "x"})
    )
    leader.looks()
    assert "Chi bộ Thanh tra" not in leader.last.text


async def test_a_leader_may_look_but_not_manage(world: World, pages: Pages) -> None:
    leader = person(world, "DUA", "leader")
    shown = buttons(await pages.text(leader, "units"))
    assert {one["payload"].partition(":")[0] for one in shown} == {"unit.card"}


async def test_the_tree_is_walked_and_searched(world: World, pages: Pages) -> None:
    office = person(world, "DUK", "admin")
    person(world, "A1", "secretary", name="Trần Văn Ta", members=31)
    top = await pages.text(office)
    assert "Đảng ủy Sở Công" in top
    assert "Chi bộ Bưu điện" not in top
    below = await pages.text(office, "units", unit=unit_ids(world)[1])
    assert row_of(below, "Chi bộ Bưu điện") == ["Trần Văn Ta", "31", "0/1", "1", "0"]
    assert row_of(below, "Chi bộ Bến xe")[0] == "chưa có ai"
    assert f'<a href="{pages.chat(office)}/office/units?unit=1">Đảng ủy Khối mẫu</a>' in below
    found = await pages.text(office, "units", find="BUU DIEN")
    assert "Tìm thấy 1 đơn vị." in found
    assert row_of(found, "Chi bộ Bưu điện")[:2] == ["Trần Văn Ta", "31"]
    none = await pages.text(office, "units", find="không <có>")
    assert "Không có đơn vị nào như vậy. Đồng chí thử một phần tên, hoặc mã đơn vị." in none


def row_of(page: str, name: str) -> list[str]:
    """What the cells of the row say that bears the name."""
    rows = re.findall(r"<tr>\n<th scope=\"row\">(.*?)</th>(.*?)</tr>", page, re.S)
    cells = next(cells for head, cells in rows if name in head)
    return [
        re.sub(r"<[^>]*>", "", one).strip()
        for one in re.findall(r"<td data-label[^>]*>(.*?)</td>", cells, re.S)
    ]


async def test_what_became_of_each_message(world: World, pages: Pages) -> None:
    office, mine = person(world, "DUA", "admin"), person(world, "A1", "secretary", name="Trần Văn Ta")
    tick_through(world, "2022-04-04 12:00", mine)
    with world.db.write() as session:
        reminder = session.scalars(select(Reminder)).first()
        assert reminder is not None
        title = session.get_one(Duty, reminder.duty_id).title
        told = session.get_one(Message, reminder.message_id)
        day, clock = (
            world.desk.moment(told.created_at).today,
            world.desk.render.clock(told.sent_at or told.created_at),
        )

    async def shown() -> list[str]:
        return row_of(await pages.text(office, "messages", day=day), "Trần Văn Ta")

    assert (await shown())[1:] == ["Trang web", title, f"đã gửi lúc {clock}"]
    for change, said in (
        ({"state": MessageState.WAITING, "sent_at": None}, "đang chờ gửi"),
        ({"state": MessageState.WITHDRAWN}, "đã rút"),
        ({"state": MessageState.FAILED, "failed_at": world.at, "error": "blocked <here>"}, "không gửi được"),
    ):
        with world.db.write() as session:
            session.execute(update(Message).where(Message.id == told.id).values(change))
        assert (await shown())[-1] == said
    errors = await pages.text(office, "errors")
    assert row_of(errors, "Trần Văn Ta")[1:3] == ["Trang web", title]
    assert "<code>blocked <here></code>" in errors
    with world.db.write() as session:
        session.execute(update(Message).where(Message.id == told.id).values(state=MessageState.SENT))
        session.execute(update(Reminder).values(got_at=world.at))
    assert (await shown())[-1] == "đã nhận"


async def test_what_is_said_in_private_is_not_there(world: World, pages: Pages) -> None:
    """Neither an answer nor the text of anything is shown, not even of what came unasked."""
    office, mine = person(world, "DUA", "admin"), person(world, "A1", "secretary", name="Trần Văn Ta")
    mine.says("điều kín một")
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == mine.address.place)).one()
        outbox.post_message(session, contact, Reply("điều kín hai"), world.at)
        outbox.post_message(session, contact, Reply("điều kín ba"), world.at, bulk=True)
    page = await pages.text(office, "messages")
    assert row_of(page, "Trần Văn Ta")[1:] == ["Trang web", "Tin khác", "đang chờ gửi"]
    assert page.count("Trần Văn Ta") == 1
    everything = [page, *[await pages.text(office, room) for room in ROOMS]]
    assert not any("điều kín" in one for one in everything)


async def test_the_messages_of_a_day_by_pages_channel_and_person(world: World, pages: Pages) -> None:
    office = person(world, "DUA", "admin")
    first, second = (
        person(world, unit, "secretary", name=name)
        for unit, name in (("A1", "Trần Văn Ta"), ("A2", "Lê Thị Bến"))
    )
    with world.db.write() as session:
        for number in range(90):
            talker = (first, second)[number % 2]
            contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
            at = world.at + timedelta(seconds=number // 3)
            outbox.post_message(session, contact, Reply("x"), at, bulk=True)
        session.flush()
        session.execute(update(Message).where(Message.id % 5 == 0).values(channel="telegram"))
        ids = session.scalars(
            select(Message.id).where(Message.priority == 5).order_by(Message.id.desc())
        ).all()
    asked: dict[str, object] = {}
    counts = []
    while True:
        page = await pages.text(office, "messages", **asked)
        counts.append(len(re.findall(r"<th scope=\"row\">", page)))
        older = re.search(r"before=(\d+)", page)
        if older is None:
            break
        asked = {"before": older[1], "day": world.desk.moment(world.at).today}
        assert int(older[1]) == ids[sum(counts) - 1]
    assert counts == [40, 40, 10]
    filters: list[tuple[dict[str, str], int]] = [
        ({"find": "le thi ben", "channel": "telegram"}, 9),
        ({"find": "bưu điện", "channel": "telegram"}, 9),
        ({"channel": "zalo"}, 0),
        ({"day": "2022-03-31"}, 0),
        ({"day": "hôm qua", "find": "nobody"}, 0),
    ]
    for wanted, number in filters:
        page = await pages.text(office, "messages", **wanted)
        assert len(re.findall(r"<th scope=\"row\">", page)) == number, wanted
    assert "Không có tin nào như vậy trong ngày này." in page


async def test_codes_are_given_from_the_room_of_the_registered(world: World, pages: Pages) -> None:
    office = person(world, "DUA", "admin")
    person(world, "A1", "secretary", name="Trần Văn Ta")
    page = await pages.text(office, "registered")
    assert "Đã đăng ký 1/2 chi bộ" in page
    assert row_of(page, "Bưu điện") == ["Trần Văn Ta", "không cần"]
    assert row_of(page, "Bến xe") == ["chưa có ai", "chưa mời"]
    give = next(one for one in buttons(page) if one["payload"].startswith("admin.renew"))
    await pages.press(office, json.dumps(give))
    office.looks()
    assert "<code>" in office.last.text
    page = await pages.text(office, "registered")
    assert row_of(page, "Bến xe")[1].startswith("dùng đến ")
    assert any(one["payload"].startswith("admin.unsend") for one in buttons(page))


async def test_the_figures_are_those_of_the_chat(world: World, pages: Pages) -> None:
    leader = person(world, "DUA", "leader")
    world.go("2022-05-03 09:00")
    page = await pages.text(leader, "open")
    april = row_of(page, "T4 ·")
    assert april == ["thứ Bảy 30/4", "0", "0", "2/2", "2"]
    leader.says("/tonghop")
    assert "2 đơn vị (2 quá hạn)" in leader.last.text
    demand = re.search(r"/office/open\?demand=(\d+)\">T4", page)
    assert demand is not None
    names = await pages.text(leader, "open", demand=demand[1])
    assert "Chưa xong: 2" in names
    assert row_of(names, "Chi bộ Bến xe") == ["chưa có ai", "thứ Bảy 30/4, quá hạn"]


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_the_way_there_from_the_offices_menu(world: World, pages: Pages, channel: str) -> None:
    """From a messenger by the person's own web chat, whose link stays good."""
    office = world.registered("DUA", "admin", channel=channel)
    office.says("/quantri").taps("Trang văn phòng")
    link = re.search(r'href="https://chibo.example/w/(\d+)-(\d+)/office"', office.last.text)
    assert link is not None
    assert ("như chìa khóa" in office.last.text) == (channel == "telegram")
    with world.db.read() as session:
        contact = session.get_one(Contact, int(link[1]))
        assert (contact.channel, contact.key) == ("web", int(link[2]))
    office.says("/quantri").taps("Trang văn phòng")
    assert link[0] in office.last.text
    opened = await pages.client.get(
        f"{pages.links.path(pages.links.web_chat(int(link[1]), int(link[2])))}/office"
    )
    assert "Chi bộ Bưu điện" in opened.text
    secretary = person(world, "A1", "secretary").presses("admin.page")
    assert "/office" not in secretary.last.text


def hands_in(cell: Talker, name: str) -> Talker:
    return cell.says("/nop").taps("Báo cáo kết quả").hands(stored(name)).taps("Xong")


async def test_the_reports_that_wait_are_opened_taken_and_returned_from_there(
    world: World, pages: Pages
) -> None:
    world.load(plan_of(FIGURES))
    office, leader = person(world, "DUK", "admin"), person(world, "DUA", "leader")
    first, second = person(world, "A1", "secretary"), person(world, "B1", "secretary")
    assert "Không có báo cáo nào chờ đồng chí xem." in await pages.text(office, "files")
    world.go("2022-04-20 09:00")
    hands_in(first, "bao-cao.pdf").says("1 mô hình, 2 kế hoạch").taps("Không có, bỏ qua")
    world.go("2022-04-29 09:00")
    hands_in(second, "muon.pdf").says("3 mô hình, 4 kế hoạch").taps("Không có, bỏ qua")
    page = await pages.text(office, "files")
    assert "Chờ xem: 2" in page
    assert row_of(page, "Chi bộ Bưu điện") == ["Báo cáo kết quả", "thứ Tư 20/4, đúng hạn"]
    assert row_of(page, "Chi bộ Thanh tra") == ["Báo cáo kết quả", "thứ Sáu 29/4, trễ hạn"]
    assert page.index("Chi bộ Bưu điện") < page.index("Chi bộ Thanh tra")
    assert "Không có báo cáo nào chờ đồng chí xem." in await pages.text(leader, "files")
    opened, late = buttons(page)
    assert opened["label"] == "📄 Mở: Chi bộ Bưu điện"
    await pages.press(office, json.dumps(opened))
    office.looks()
    assert [file.name for file in office.last.files] == ["bao-cao.pdf"]
    office.taps("Trả lại").says("Thiếu phụ lục")
    page = await pages.text(office, "files")
    assert "Chờ xem: 1" in page
    assert "Bưu điện" not in page
    first.looks()
    hands_in(first, "bao-cao-2.pdf")  # its figures stand
    page = await pages.text(office, "files")
    assert row_of(page, "Chi bộ Bưu điện")[0] == "Báo cáo kết quả (bản 2)"
    await pages.press(office, json.dumps(late))
    office.looks()
    office.taps("Đạt")
    assert "Chi bộ Thanh tra" not in await pages.text(office, "files")


async def test_what_the_messages_have_cost_month_by_month(world: World, pages: Pages) -> None:
    office = person(world, "DUA", "admin")
    assert "Không có kênh nào tính tiền. Đồng chí không phải làm gì." in await pages.text(office, "costs")
    payer = world.registered("A1", "secretary", channel="zalo_oa")
    with world.db.write() as session:
        session.execute(update(Message).where(Message.channel == "zalo_oa").values(sent_at=None))
    assert "Chưa có tin nào đi trên kênh tính tiền." in await pages.text(office, "costs")
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == payer.address.place)).one()
        for day, count, cost in (("2022-03-31", 3, 55), ("2022-04-01", 1024, 0), ("2022-04-01", 210, 55)):
            at = world.local(f"{day} 00:30")
            for _ in range(count):
                message = outbox.post_message(session, contact, Reply("x"), at)
                message.state, message.cost, message.sent_at = MessageState.SENT, cost, at
    page = await pages.text(office, "costs")
    channel = world.desk.render.words["channels"]["zalo_oa"]
    assert row_of(page, "4/2022") == [channel, "1.234", "210", "11.550"]
    assert row_of(page, "3/2022") == [channel, "3", "3", "165"]
    assert page.index("4/2022") < page.index("3/2022")


async def test_errors_of_the_program_by_their_codes(world: World, pages: Pages) -> None:
    office = person(world, "DUA", "admin")
    assert "Không có lỗi nào." in await pages.text(office, "errors")
    with world.db.write() as session:
        session.add(Event(id="x", at=world.at, error="A1B2C3", said="điều kín", message_ref=""))
    page = await pages.text(office, "errors")
    assert "<code>A1B2C3</code>" in page
    assert "điều kín" not in page
