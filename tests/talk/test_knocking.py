"""A word that carries no matter: at closed windows, and on channels that an office wants discreet."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Choice, File, Reply, TryLater, Undeliverable, Unsendable
from bot.people.devices import keep_device
from bot.people.discreet import set_discreet
from bot.tables import Audit, Contact, DiscreetChannel, Message, MessageKind, Unit
from bot.talk import outbox
from tests.kit.committees import monthly_committee
from tests.kit.files import stored
from tests.kit.parlours import Parlour, sends_what_is_due, speaks
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import reads_well
from tests.kit.world import World

pytestmark = begins(monthly_committee)

SECRET = "Họp về nhân sự, Chi bộ Văn phòng, tại phòng 302"
LINK = re.compile(r"https://chibo\.example/w/(\d+)-(\d+)")


def place(world: World, talker: Talker) -> Contact:
    with world.db.read() as session:
        address = talker.address
        here = Contact.place == address.place, Contact.channel == address.channel
        return session.scalars(select(Contact).where(*here)).one()


def web_chats(world: World) -> list[Contact]:
    with world.db.read() as session:
        return list(session.scalars(select(Contact).where(Contact.channel == "web").order_by(Contact.id)))


def notice(
    world: World, talker: Talker, text: str = SECRET, *, bulk: bool = True, files: tuple[File, ...] = ()
) -> None:
    with world.db.write() as session:
        contact = session.get_one(Contact, place(world, talker).id)
        reply = Reply(text, ((Choice("Xem", "month:1"),),), files)
        outbox.post_message(session, contact, reply, world.at, bulk=bulk)


def rows(world: World, kind: MessageKind) -> list[Message]:
    with world.db.read() as session:
        return list(session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


def secretary_out_of_reach(world: World) -> Talker:
    """Ten days after the registration, at nine on a working day."""
    secretary = world.registered("CB01", "secretary", name="Nguyễn Văn An")
    world.go("2022-04-12 09:00")
    return secretary


def discreet(world: World, unit: str = "DUK", channel: str = "telegram") -> None:
    with world.db.write() as session:
        set_discreet(
            session, session.scalars(select(Unit.id).where(Unit.code == unit)).one(), channel, discreet=True
        )


# At a closed window


def test_a_closed_window_is_knocked_at_with_name_and_time_and_nothing_else(world: World) -> None:
    parlour = Parlour(knocks=True)
    secretary = secretary_out_of_reach(world)
    notice(world, secretary)
    sends_what_is_due(world, parlour)
    ((where, knock),) = parlour.knocked
    assert (where, knock.name, knock.at) == (secretary.address.place, "Nguyễn Văn An", world.at)
    assert place(world, secretary).knocked_at == world.at
    (row,) = rows(world, MessageKind.KNOCK)
    assert (row.state, row.cost, row.channel) == ("sent", 200, "telegram"), "the office sees what it has cost"


def test_it_is_knocked_once_a_day_and_only_for_what_has_come_since(world: World) -> None:
    parlour = Parlour(knocks=True)
    secretary = secretary_out_of_reach(world)
    notice(world, secretary)
    sends_what_is_due(world, parlour)
    world.later(hours=2)
    notice(world, secretary)
    sends_what_is_due(world, parlour)
    assert len(parlour.knocked) == 1, "twice a day is too often"
    world.later(days=1)
    sends_what_is_due(world, parlour)
    assert len(parlour.knocked) == 2, "for the second notice"
    for _ in range(5):
        world.later(days=1)
        sends_what_is_due(world, parlour)
    assert len(parlour.knocked) == 2, "nothing has come since"


def test_nobody_is_knocked_at_by_night_nor_for_an_answer(world: World) -> None:
    parlour = Parlour(knocks=True)
    secretary = secretary_out_of_reach(world)
    notice(world, secretary, "trả lời", bulk=False)
    sends_what_is_due(world, parlour)
    assert place(world, secretary).closed_at is not None
    world.go("2022-04-12 22:00")
    notice(world, secretary)
    sends_what_is_due(world, parlour)
    assert parlour.knocked == []
    world.go("2022-04-13 07:30")
    sends_what_is_due(world, parlour)
    assert len(parlour.knocked) == 1


def test_where_the_channel_cannot_knock_it_just_waits(world: World) -> None:
    parlour = Parlour()
    secretary = secretary_out_of_reach(world)
    notice(world, secretary)
    sends_what_is_due(world, parlour)
    assert rows(world, MessageKind.KNOCK) == []


def test_whoever_cannot_be_knocked_at_is_not_lost_and_not_asked_again(world: World) -> None:
    parlour = Parlour(knocks=True)
    parlour.faults = [Undeliverable("-118")]
    secretary = secretary_out_of_reach(world)
    for _ in range(4):
        notice(world, secretary)
        sends_what_is_due(world, parlour)
        world.later(days=1)
    assert (parlour.knocked, parlour.faults) == ([], [])
    assert place(world, secretary).lost_at is None
    texts = [reply.text for reply in speaks(secretary, parlour)]
    assert texts.count(SECRET) == 4, "nothing is lost"


@pytest.mark.logs_errors
def test_a_knock_that_is_refused_comes_again_the_next_day(world: World) -> None:
    parlour = Parlour(knocks=True)
    parlour.faults = [Unsendable("-132"), TryLater(40), ConnectionError("reset")]
    secretary = secretary_out_of_reach(world)
    notice(world, secretary)
    sends_what_is_due(world, parlour)
    assert [row.state for row in rows(world, MessageKind.KNOCK)] == ["failed"], "the office sees it"
    world.later(days=1)
    notice(world, secretary)
    for _ in range(3):
        sends_what_is_due(world, parlour)
        world.later(minutes=1)
    assert len(parlour.knocked) == 1


def test_what_the_first_word_releases_is_not_knocked_for_any_more(world: World) -> None:
    parlour = Parlour(knocks=True)
    secretary = secretary_out_of_reach(world)
    parlour.faults = [TryLater(600)]
    notice(world, secretary)
    sends_what_is_due(world, parlour)
    texts = [reply.text for reply in speaks(secretary, parlour)]
    assert SECRET in texts
    assert all(texts), "the knock itself does not come too"
    world.later(minutes=20)
    sends_what_is_due(world, parlour)
    assert parlour.knocked == []
    assert [row.state for row in rows(world, MessageKind.KNOCK)] == ["withdrawn"]


@pytest.mark.parametrize("rings", [False, True])
def test_what_went_to_a_web_chat_that_makes_no_sound_is_knocked_for(world: World, *, rings: bool) -> None:
    parlour, page = Parlour(knocks=True), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    secretary.says("/caidat").taps("Mở trên máy tính")
    world.later(days=10)
    (web,) = web_chats(world)
    if rings:
        with world.db.write() as session:
            keep_device(session, web.id, "https://push.example/1", "p", "a", world.at)
    notice(world, secretary)
    sends_what_is_due(world, parlour, page)
    assert page.taken == [(web.place, SECRET)]
    assert len(parlour.knocked) == (0 if rings else 1)
    world.later(days=1)
    sends_what_is_due(world, parlour, page)
    assert len(parlour.knocked) == (0 if rings else 1)


# On a discreet channel


def test_the_matter_lies_in_the_web_chat_and_the_channel_says_only_that(world: World) -> None:
    telegram, page = Parlour(closes=False), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    discreet(world)
    notice(world, secretary, files=(stored("nhan-su.pdf"),))
    sends_what_is_due(world, telegram, page)
    (text,) = telegram.texts(secretary.address.place)
    assert text.startswith("🔔 Đồng chí Nguyễn Văn An có tin mới, 9h00 thứ Ba 12/4")
    assert "mở trợ lý để xem" in text
    for word in ("nhân sự", "Văn phòng", "302", "nhan-su"):
        assert word not in text
    assert (telegram.replies[0].choices, telegram.replies[0].files) == ((), ())
    (web,) = web_chats(world)
    assert LINK.search(text) is not None
    assert LINK.search(text)[1] == str(web.id)  # type: ignore[index]
    assert page.taken == [(web.place, SECRET)]
    assert [c.label for row in page.replies[0].choices for c in row] == ["Xem"], "buttons work there"
    assert [file.name for file in page.replies[0].files] == ["nhan-su.pdf"]


def test_a_link_that_somebody_has_goes_on_opening(world: World) -> None:
    telegram, page = Parlour(closes=False), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    secretary.says("/caidat").taps("Mở trên máy tính")
    (before,) = web_chats(world)
    discreet(world)
    notice(world, secretary)
    sends_what_is_due(world, telegram, page)
    (after,) = web_chats(world)
    assert (after.id, after.key, after.place) == (before.id, before.key, before.place)
    assert f"/w/{before.id}-{before.key}" in telegram.taken[-1][1]


def test_several_things_at_once_are_knocked_for_once_and_what_comes_later_again(world: World) -> None:
    telegram, page = Parlour(closes=False), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    discreet(world)
    for text in ("một", "hai", "ba"):
        notice(world, secretary, text)
    sends_what_is_due(world, telegram, page)
    assert len(telegram.taken) == 1
    assert [text for _, text in page.taken] == ["một", "hai", "ba"]
    world.later(hours=1)
    notice(world, secretary, "bốn")
    sends_what_is_due(world, telegram, page)
    assert (len(telegram.taken), len(page.taken)) == (2, 4)


def test_whoever_asks_there_is_answered_there(world: World) -> None:
    telegram, page = Parlour(closes=False), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    discreet(world)
    notice(world, secretary, "Đây là điều đồng chí hỏi", bulk=False)
    sends_what_is_due(world, telegram, page)
    assert telegram.taken == [(secretary.address.place, "Đây là điều đồng chí hỏi")]
    assert page.taken == []


def test_the_reminders_of_the_clock_are_veiled_and_nothing_is_told_twice(world: World) -> None:
    telegram, page = Parlour(closes=False), Parlour("web", closes=False)
    secretary = world.registered("CB01", "secretary")
    neighbour = world.registered("CB02", "secretary")
    discreet(world, "CB01")
    for day in (5, 13, 20):
        tick_through(world, f"2022-04-{day:02} 12:00")
        sends_what_is_due(world, telegram, page)
    assert telegram.texts(secretary.address.place)
    assert all("Sinh hoạt chính trị" not in text for text in telegram.texts(secretary.address.place))
    assert any("Sinh hoạt chính trị" in text for text in telegram.texts(neighbour.address.place))
    told = [text for _, text in page.taken]
    assert sorted(set(told)) == sorted(told)
    assert any("Sinh hoạt chính trị tháng 4/2022" in text for text in told)


def test_of_two_units_one_is_enough(world: World) -> None:
    telegram, page = Parlour(closes=False), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    secretary.says(f"/start {world.invite('CB02', 'secretary')}").says("/huy")
    discreet(world, "CB02")
    notice(world, secretary)
    sends_what_is_due(world, telegram, page)
    assert SECRET not in telegram.texts(secretary.address.place)
    assert SECRET in [text for _, text in page.taken]


def test_what_moves_is_judged_by_where_it_goes(world: World) -> None:
    """Telegram is discreet, the other place is not: what is lost there comes here in full."""
    telegram, zalo, page = Parlour(closes=False), Parlour("zalo", closes=False), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    with world.db.write() as session:
        who = place(world, secretary).person_id
        session.add(Contact(person_id=who, channel="zalo", place="z", used_at=world.at - timedelta(days=30)))
    discreet(world)
    notice(world, secretary, "một")
    telegram.failing = {"một": [Undeliverable("blocked")]}
    with world.db.write() as session:
        outbox.lose_contact(
            session, session.get_one(Contact, place(world, secretary).id), "blocked", world.at
        )
    sends_what_is_due(world, telegram, zalo, page)
    assert zalo.texts("z") == ["một"]
    assert (telegram.taken, page.taken) == ([], [])


def test_a_discreet_channel_whose_window_is_closed(world: World) -> None:
    """What waits there is released by the first word, and then lies in the web chat."""
    oa, page = Parlour(knocks=True), Parlour("web", closes=False)
    secretary = secretary_out_of_reach(world)
    discreet(world)
    notice(world, secretary)
    sends_what_is_due(world, oa, page)
    assert [text for _, text in page.taken] == [SECRET]
    assert len(oa.knocked) == 1, "the word itself could not be said there"
    assert oa.taken == []


# What the office chooses


def test_an_office_chooses_how_much_is_said_on_each_channel(world: World) -> None:
    telegram, page = Parlour(closes=False), Parlour("web", closes=False)
    office = world.registered("DUK", "admin")
    secretary = world.registered("CB01", "secretary", name="Nguyễn Văn An")
    world.go("2022-04-12 09:00")
    office.says("/quantri").taps("Cách báo tin")
    assert "– Telegram: đầy đủ" in office.last.text
    assert "– Trang web (thông báo trên điện thoại): đầy đủ" in office.last.text
    office.taps("Báo kín: Telegram")
    assert "– Telegram: kín" in office.last.text
    reads_well(office)
    notice(world, secretary)
    sends_what_is_due(world, telegram, page)
    assert SECRET not in telegram.texts(secretary.address.place)
    office.taps("Báo đầy đủ: Telegram")
    assert "– Telegram: đầy đủ" in office.last.text
    world.later(hours=1)
    notice(world, secretary, "hai")
    sends_what_is_due(world, telegram, page)
    assert "hai" in telegram.texts(secretary.address.place)
    with world.db.read() as session:
        noted = session.scalars(
            select(Audit.action).where(Audit.action.startswith("wording")).order_by(Audit.id)
        ).all()
    assert noted == ["wording discreet", "wording full"]


def test_only_the_office_of_that_tree_chooses(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    office = world.registered("CB01", "admin")
    with world.db.read() as session:
        above = session.scalars(select(Unit.id).where(Unit.code == "DUK")).one()
    for talker in (secretary, office):
        talker.presses(f"admin.wording:{above}:telegram:discreet")
    office.presses("admin.wording:x:telegram:discreet")
    office.presses("admin.wording")
    with world.db.read() as session:
        assert session.scalars(select(DiscreetChannel)).all() == []
