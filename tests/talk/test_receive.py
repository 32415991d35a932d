"""One event in, one transaction out: on a small bot of the test's own, and tampered buttons on the real one."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.messages import Address, Choice, Incoming, Reply
from bot.store.db import Database
from bot.tables import Audit, Contact, Dialog, Event, Meeting, Membership, Message, Person, Unit
from bot.talk import outbox
from bot.talk.chat import Chat
from bot.talk.receive import receive
from handlers import ACTIONS
from tests.kit.files import stored
from tests.kit.plans import shipped
from tests.kit.small import ROUTES, hello, small_world
from tests.kit.talker import Talker
from tests.kit.world import World


@pytest.fixture
def small(db: Database, tmp_path: Path) -> World:
    return small_world(db, tmp_path / "templates")


def events(world: World) -> dict[str, str]:
    """The error of every event that was noted, by its id."""
    with world.db.read() as session:
        return {event.id: event.error for event in session.scalars(select(Event))}


def dialog_of(talker: Talker) -> Dialog:
    with talker.world.db.read() as session:
        place = Contact.place == talker.address.place
        return session.scalars(
            select(Dialog).join(Contact, Contact.person_id == Dialog.person_id).where(place)
        ).one()


def contact_of(talker: Talker) -> Contact:
    with talker.world.db.read() as session:
        return session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()


def incoming(world: World, name: str = "e1", **facts: object) -> Incoming:
    return Incoming(name, Address("telegram", "77"), world.at, **facts)  # type: ignore[arg-type]


def heard(talker: Talker) -> list[str]:
    return [reply.text for reply in talker]


def test_an_event_that_comes_again_is_known(small: World) -> None:
    person = small.person("77")
    assert receive(small.desk, incoming(small, text="/start")) is True
    small.later(hours=5)
    assert receive(small.desk, incoming(small, text="/start")) is False
    person.looks()
    assert heard(person) == ["hello"]
    assert events(small) == {"e1": ""}


def test_the_desk_is_woken_after_the_commit(small: World) -> None:
    waiting: list[int] = []

    def wake() -> None:
        with small.db.read() as session:
            waiting.append(outbox.pending_messages(session))

    desk = replace(small.desk, wake=wake)
    receive(desk, incoming(small, text="/start"))
    assert waiting == [1]


def admin(world: World, place: str) -> Talker:
    talker = world.person(place).says("/start")
    with world.db.write() as session:
        unit = session.scalars(select(Unit)).first() or Unit(code="U", name="U", kind="dang_uy", path="/1/")
        session.add(unit)
        session.flush()
        person_id = session.scalars(select(Contact.person_id).where(Contact.place == place)).one()
        session.add(Membership(person_id=person_id, unit_id=unit.id, role="admin", since=world.at))
    return talker


@pytest.mark.logs_errors
def test_a_handler_that_raises_is_rolled_back_and_admitted(
    small: World, caplog: pytest.LogCaptureFixture
) -> None:
    office = admin(small, "office")
    person = small.person("77").says("/order")
    crashing = incoming(small, text="/crash")
    person.sends(crashing)
    code = events(small)["e1"]
    assert len(code) == 6
    assert person.last.text == f"sorry {code}"
    assert f"code={code}" in caplog.text
    assert [reply.text for reply in office.looks()] == [f"failure {code}"]
    assert "never seen" not in heard(person)
    assert dialog_of(person).flow == ""
    with small.db.read() as session:
        assert session.scalars(select(Audit)).all() == []
    assert receive(small.desk, crashing) is False, "a bug does not loop"
    assert person.says("/start").last.text == "hello"


@pytest.mark.logs_errors
def test_what_another_replica_has_handled_meanwhile_is_not_apologised_for(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = small.person("77").says("/start")
    crashing = incoming(small, text="/crash")
    sound = replace(small.desk, routes=replace(ROUTES, commands={**ROUTES.commands, "/crash": hello}))

    def handles(_length: int) -> str:
        assert receive(sound, crashing) is True
        return "abcdef"

    monkeypatch.setattr("bot.talk.receive.secrets.token_hex", handles)
    assert receive(small.desk, crashing) is False
    person.looks()
    assert heard(person) == ["hello", "hello"]
    assert events(small)["e1"] == ""


@pytest.mark.logs_errors
def test_an_admin_whose_own_event_fails_hears_of_it_once(small: World) -> None:
    office, colleague = admin(small, "office"), admin(small, "colleague")
    office.says("/crash")
    assert [text[:5] for text in heard(office)] == ["hello", "sorry"]
    assert [reply.text[:7] for reply in colleague.looks()] == ["failure"]


@pytest.mark.logs_errors
def test_a_button_whose_handler_has_a_bug_is_apologised_for(small: World) -> None:
    person = small.person("77").says("/start")
    with small.db.write() as session:
        contact = session.scalars(select(Contact)).one()
        outbox.post_message(session, contact, Reply("press", ((Choice("Crash", "crash"),),)), small.at)
    person.looks()
    person.taps("Crash")
    assert person.last.text.startswith("sorry")
    person.says("crash")
    assert person.last.text.startswith("sorry"), "typed, it is the same button"


def test_a_payload_that_was_never_offered_is_not_understood_whatever_it_breaks(small: World) -> None:
    person = small.person("77").says("/order")
    person.presses("crash")
    assert person.last.text == "unknown"
    assert set(events(small).values()) == {""}
    dialog = dialog_of(person)
    assert (dialog.step, dialog.data["size"]) == ("size", ""), "what it had done is undone"


@pytest.mark.parametrize("offered", [("telegram", "77"), ("web", "88")])
def test_a_button_that_somebody_else_was_offered_is_not_understood(
    small: World, offered: tuple[str, str]
) -> None:
    """Not even where the other's place has the same name on another channel."""
    channel, place = offered
    person = small.person("77", channel="web").says("/start")
    with small.db.write() as session:
        other = Contact(person=Person(created_at=small.at), channel=channel, place=place, used_at=small.at)
        session.add(other)
        session.flush()
        outbox.post_message(session, other, Reply("press", ((Choice("Crash", "crash"),),)), small.at)
    person.presses("crash")
    assert person.last.text == "unknown"


def test_a_malformed_payload_is_not_understood(small: World) -> None:
    person = small.person("77")
    for payload in (
        "nonsense",
        "nonsense:1",
        "greet",
        "greet:a:b",
        ":",
        "::",
        ":greet:a",
        "=",
        "=:",
        "Greet:a",
    ):
        person.presses("greet:somebody")
        assert person.last.text == "greet somebody"
        person.presses(payload)
        assert person.last.text.endswith("unknown"), payload


def test_an_event_that_lost_a_race_is_tried_again(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def unlucky(chat: Chat) -> None:
        chat.say("say", text=f"try {len(tries)}")
        tries.append(1)
        if len(tries) < 3:
            raise IntegrityError("INSERT", None, ValueError("duplicate key"))

    monkeypatch.setitem(ROUTES.commands, "/unlucky", unlucky)
    person = small.person("77").says("/unlucky")
    assert heard(person) == ["try 2"]


@pytest.mark.logs_errors
def test_a_handler_that_always_breaks_a_constraint_is_a_bug_and_does_not_loop(small: World) -> None:
    person = small.person("77").says("/twice")
    assert person.last.text.startswith("sorry")
    assert list(events(small).values()) != [""]
    assert person.says("/start").last.text == "hello"


@pytest.mark.logs_errors
@pytest.mark.parametrize("place", ["typed_stamp", "tell_failures", "_open_chat"])
def test_what_even_the_apology_stumbles_over_does_not_loop(
    small: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    def stumbles(*_args: object, **_facts: object) -> None:
        raise ValueError("a bug before anybody is answered")

    with monkeypatch.context() as patch:
        patch.setattr(f"bot.talk.receive.{place}", stumbles)
        assert receive(small.desk, incoming(small, text="/crash")) is True
    assert "event dropped id=e1" in caplog.text
    assert small.person("78").says("/start").last.text == "hello"


def test_when_the_database_fails_the_event_is_not_acknowledged(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_chat: Chat) -> None:
        raise OperationalError("SELECT", None, OSError("connection lost"))

    with monkeypatch.context() as patch:
        patch.setitem(ROUTES.commands, "/start", down)
        with pytest.raises(OperationalError):
            receive(small.desk, incoming(small, text="/start"))
    assert events(small) == {}
    assert receive(small.desk, incoming(small, text="/start")) is True


def test_an_invalid_answer_is_asked_for_again(small: World) -> None:
    person = small.person("77").says("/order").says("khổng lồ")
    assert person.last.text == "no such size khổng lồ\n\nsize?"
    assert [choice.label for choice in person.choices] == ["Nhỏ", "Vừa thôi", "Lớn"]
    assert person.taps("Nhỏ").last.text == "count?"


def test_a_button_of_a_passed_question_is_no_answer_to_the_present_one(small: World) -> None:
    person = small.person("77").says("/order")
    old = person.find("Lớn").payload
    person.taps("Nhỏ")
    person.presses(old)
    assert person.last.text == "passed\n\ncount?"
    assert dialog_of(person).data["size"] == "s"
    person.says("/start").presses(old)
    assert person.last.text == "gone\n\nunknown"


def test_going_back_asks_the_question_before(small: World) -> None:
    person = small.person("77").says("/order").taps("Nhỏ").taps("Quay lại")
    assert person.last.text == "size?"
    assert person.taps("Lớn").says("3").says("").last.text == "l 3 0 0"


def test_a_choice_may_be_typed(small: World) -> None:
    person = small.person("77")
    for said in ("Vừa thôi", "vừa thôi", "VỪA THÔI", "vua thoi", " Vua  thoi! ", "2", " 2. "):
        person.says("/order").says(said)
        assert person.last.text == "count?", said
        assert dialog_of(person).data["size"] == "m"


def test_a_button_may_be_typed_without_a_dialog(small: World) -> None:
    person = small.person("77")
    for said, answer in (
        ("pho bo", "greet pho"),
        ("🥣 PHỞ BÒ", "greet pho"),
        ("2", "greet bun"),
        ("3", "unknown"),
    ):
        assert person.says("/menu").says(said).last.text == answer, said


def test_a_number_where_a_number_is_asked_for_is_the_answer(small: World) -> None:
    person = small.person("77").says("/order").taps("Nhỏ").says("2")
    assert (dialog_of(person).data["size"], dialog_of(person).data["count"]) == ("s", 2)
    other = small.person("78").says("/order").taps("Nhỏ").says("thôi")
    assert dialog_of(other).data["count"] == 0, "a label may be typed there all the same"


def test_a_typed_number_means_the_message_that_was_read_last(small: World) -> None:
    """Neither one that has not gone out yet, nor one that was asked after the other was written."""
    person = small.person("77").says("/start")
    with small.db.write() as session:
        contact = session.scalars(select(Contact)).one()
        menu = small.desk.render.reply("menu", {})
        due = small.at + timedelta(days=1)
        outbox.post_message(session, contact, menu, small.at, bulk=True, due_at=due)
    person.says("/order")
    with small.db.write() as session:
        contact = session.scalars(select(Contact)).one()
        other = ((Choice("Khác", "greet:other"), Choice("Nữa", "greet:more")),)
        outbox.post_message(session, contact, Reply("held back", other), small.at, bulk=True)
    person.looks()
    assert person.last.text == "size?"
    assert person.says("2").last.text == "count?"
    person.says("/start")
    assert person.says("1").last.text == "greet other"
    small.later(days=1)
    assert [reply.text for reply in person.looks()] == ["menu"]
    assert person.says("1").last.text == "greet pho"


def test_what_is_not_understood_is_answered(small: World) -> None:
    person = small.person("77").says("/start")
    for said in ("gì cơ", "?", "🙂", "99", "0", "=1:s", "greet:pho", "/", "/nothing", "//", "/ nothing"):
        person.says(said)
        assert person.last.text == "unknown", said
    assert len(heard(person)) == 12


def test_commands(small: World) -> None:
    person = small.person("77")
    for said, answer in (
        ("/start", "hello"),
        ("/START", "hello"),
        ("/start@chibo_bot", "hello"),
        ("/start@chibo_bot ABCD EFGH", "hello ABCD EFGH"),
        ("/start\nABCD", "hello ABCD"),
        ("/menu", "menu"),
        ("/menu hôm nay có gì", "menu"),
    ):
        assert person.says(said).last.text == answer, said


def test_a_command_in_a_dialog_leaves_or_keeps_it_as_it_likes(small: World) -> None:
    person = small.person("77").says("/order").says("/menu")
    assert dialog_of(person).flow == "order"
    person.says("/start")
    assert dialog_of(person).flow == ""


def test_groups_edits_and_strangers_go_where_they_belong(small: World) -> None:
    assert small.person("-100").says("/start", group=True).last.text == "group"
    assert small.person("77").edits("5", "/start").last.text == "edited"
    stranger = small.person("78").says("stranger /start")
    assert heard(stranger) == []
    assert set(events(small).values()) == {""}


def test_files_go_to_the_step_that_wants_them(small: World) -> None:
    person = small.person("77").hands(stored("a.pdf"))
    assert person.last.text == "files"
    assert person.says("/order").hands(stored("a.pdf")).last.text == "files"
    assert dialog_of(person).step == "size"
    person.taps("Nhỏ").says("1").hands(stored("a.pdf"), stored("b.pdf"))
    assert person.last.text == "s 1 2 0"


def test_a_person_who_shuts_the_bot_out_is_lost_until_they_come_back(small: World) -> None:
    person = small.person("77").says("/start")
    with small.db.write() as session:
        outbox.post_message(session, session.scalars(select(Contact)).one(), Reply("waits"), small.at)
    receive(small.desk, incoming(small, "e-block", blocked=True))
    assert contact_of(person).lost_reason == "blocked"
    with small.db.read() as session:
        assert session.scalars(select(Message.state).order_by(Message.id)).all() == ["sent", "failed"]
    receive(small.desk, incoming(small, "e-unblock", blocked=False))
    assert contact_of(person).lost_at is None
    receive(small.desk, incoming(small, "e-block-2", blocked=True))
    assert person.says("/start").last.text == "hello", "whoever writes can be written to"
    assert contact_of(person).lost_at is None


def test_a_very_long_text_is_cut_and_taken(small: World) -> None:
    text = "Đồng chí " * 1111 + "x"
    assert len(text) == 10_000
    person = small.person("77").says(text)
    assert person.last.text == "unknown"
    assert person.says("/order").taps("Nhỏ").says("1").says(text).last.text == "s 1 0 4000"
    assert person.says("/" + "x" * 9_999).last.text == "unknown"
    page = small.person("page", "web").says(text)
    assert page.last.text == "unknown"
    with small.db.read() as session:
        assert max(len(said) for said in session.scalars(select(Event.said))) == 4000


def test_the_talk_of_a_web_chat_is_kept_and_numbered(small: World) -> None:
    page = small.person("page", "web").says("/menu").taps("Phở bò")
    small.person("77").says("not kept")
    with small.db.read() as session:
        contact = session.scalars(select(Contact).where(Contact.place == "page")).one()
        said = session.execute(
            select(Event.seq, Event.said).where(Event.contact_id == contact.id).order_by(Event.seq)
        ).all()
        shown = session.scalars(
            select(Message.seq).where(Message.contact_id == contact.id).order_by(Message.id)
        ).all()
        others = session.scalars(select(Event.said).where(Event.contact_id != contact.id)).all()
    assert [tuple(row) for row in said] == [(1, "/menu"), (3, "🥣 Phở bò")]
    assert shown == [2, 4]
    assert others == [""]
    assert heard(page) == ["menu", "greet pho"]


def at_once(jobs: list[Callable[[], bool]]) -> list[bool]:
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], bool]) -> bool:
        barrier.wait(120)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_two_first_events_of_one_person_at_once_make_one_person(small: World) -> None:
    both = [incoming(small, name, text="/start") for name in ("e1", "e2")]
    assert at_once([lambda event=event: receive(small.desk, event) for event in both]) == [True, True]  # type: ignore[misc]
    assert events(small) == {"e1": "", "e2": ""}
    with small.db.read() as session:
        people, answers = select(func.count()).select_from(Person), select(func.count()).select_from(Message)
        assert (session.scalars(people).one(), session.scalars(answers).one()) == (1, 2)


def test_events_of_one_person_on_two_channels_take_turns(small: World) -> None:
    small.person("77").says("/start")
    with small.db.write() as session:
        person = session.scalars(select(Person)).one()
        session.add(Contact(person=person, channel="web", place="77", used_at=small.at))
    arriving = [
        Incoming(f"c{n}", Address("web" if n % 2 else "telegram", "77"), small.at, "/count") for n in range(8)
    ]
    assert all(at_once([lambda event=event: receive(small.desk, event) for event in arriving]))  # type: ignore[misc]
    with small.db.read() as session:
        assert session.scalars(select(Dialog)).one().data["count"] == 8


def test_people_who_write_to_each_other_at_once_do_not_block_each_other(small: World) -> None:
    """Each event writes to the other person while that one's own event is open."""
    people = [small.person(place).says("/start") for place in ("77", "78")]
    meet = threading.Barrier(1 if small.db.sqlite else 2)

    def tell_other(chat: Chat) -> None:
        meet.wait(120)
        other = chat.session.scalars(select(Person).where(Person.id != chat.person.id)).one()
        assert chat.tell(other, "say", text=f"from {chat.contact.place}")
        chat.session.flush()

    routes = replace(ROUTES, commands={"/tell": tell_other})
    desk = replace(small.desk, routes=routes)
    told = [Incoming(f"t{p.address.place}", p.address, small.at, "/tell") for p in people]
    assert at_once([lambda event=event: receive(desk, event) for event in told]) == [True, True]  # type: ignore[misc]
    assert set(events(small).values()) == {""}
    assert [[reply.text for reply in person.looks()] for person in people] == [["from 78"], ["from 77"]]


@pytest.fixture
def committee(db: Database) -> World:
    world = World(db)
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        *((code, f"Chi bộ {code}", "chi_bo", "co_quan", "DUK") for code in QUESTIONS),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))
    return world


PARTS = ("", ":", ":x", ":0", ":²", ":999999", f":{10**19}", ":1:²:3", ":x:y:z:1")
VALUES = ("", "x", "-1", "²", "2022-99-99", "99:99", f"{10**19}", "1:2:3", "a" * 50, "<b>")
QUESTIONS = {
    "CB01": ("plan",),
    "CB02": ("plan", "5/4"),
    "CB03": ("plan", "5/4 19h30"),
    "CB04": ("meet.plain:{unit}",),
    "CB05": ("meet.plain:{unit}", "meet.count:{meeting}:0"),
    "CB06": ("result.plain:{unit}",),
    "CB07": ("report",),
    "CB08": ("settings.hour",),
    "CB09": ("settings.away",),
    "CB10": ("settings.forget",),
}
"""How a secretary comes to a question: buttons and what is typed."""


def faults(world: World) -> dict[str, str]:
    return {name: error for name, error in events(world).items() if error}


def test_no_tampered_button_is_taken_for_a_fault_of_ours(committee: World) -> None:
    """Every action there is, with nothing, nonsense, foreign and impossible rows, too few and too many parts."""
    person = committee.registered("CB01", "secretary").says(f"/start {committee.invite('DUK', 'admin')}")
    for payload in [action + parts for action in (*ACTIONS, "nonsense", "MEET") for parts in PARTS]:
        event = Incoming(f"tampered {payload}", person.address, committee.at, payload=payload)
        assert receive(committee.desk, event)
    assert faults(committee) == {}


def test_no_tampered_answer_is_taken_for_a_fault_of_ours(committee: World) -> None:
    for code, path in QUESTIONS.items():
        secretary = committee.registered(code, "secretary")
        for way in path:
            with committee.db.read() as session:
                unit = session.scalars(select(Unit.id).where(Unit.code == code)).one()
                meeting = session.scalars(select(func.max(Meeting.id))).one()
            payload = way.format(unit=unit, meeting=meeting)
            secretary.presses(payload) if payload.partition(":")[0] in ACTIONS else secretary.says(payload)
        assert dialog_of(secretary).flow, path
        for value in VALUES:
            secretary.presses(f"={dialog_of(secretary).question}:{value}")
            assert faults(committee) == {}, (path, value)
        for payload in ("=", "=:", "=x:y", "=1", "=1:s", f"={10**19}:s"):
            secretary.presses(payload)
            assert faults(committee) == {}, (path, payload)
