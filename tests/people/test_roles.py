"""Who may do what, and where: every command and every button, pressed by every role and by people of other units."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.materials.materials import tie_materials
from bot.meetings.asides import put_aside
from bot.people.roles import may_act, role_holders, role_reaches, units_below, within_subtree
from bot.plans.plan import PlanText, plan_to_json
from bot.plans.yaml_in import read_plan
from bot.reports.pages import Pages, picture_digests
from bot.reports.submissions import add_files, draft_of
from bot.store.db import Database
from bot.store.filetypes import JPEG
from bot.tables import (
    Aside,
    Contact,
    Demand,
    Duty,
    Errand,
    Material,
    MaterialReceipt,
    Meeting,
    Membership,
    Note,
    Submission,
    Task,
    Topic,
    Unit,
    Vote,
)
from bot.tables import Plan as PlanRow
from bot.tables.asked import GivenWorkbook, ScannedPages
from handlers import ACTIONS, COMMANDS
from tests.kit.files import stored
from tests.kit.places import ROOT
from tests.kit.talker import Talker
from tests.kit.world import World

PLAN = """\
plan:
  symbol: 01-KH/ĐU
  date: 2022-03-25
  issuer: Ban Thường vụ ra kế hoạch
  title: Kế hoạch thử
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - {key: t4, title: Chủ đề tháng Tư, meeting: regular, period: 2022-04, who: {kinds: [chi_bo]}}
  - {key: cd, title: Chuyên đề quý Hai, meeting: thematic, period: 2022-Q2, who: {kinds: [chi_bo]}}
duties:
  - {key: bc, do: report, title: Báo cáo tháng, who: {kinds: [chi_bo]}, due: {by: 2022-04-20}, opens: 2022-04-01}
  - {key: dt, do: confirm, title: Đăng tài liệu, who: {kinds: [chi_bo]}, due: {by: 2022-04-20}, opens: 2022-04-01}
"""

CELL = "secretary"
SUMS = "follower leader admin"
NUDGES = "leader admin"
ALL = "secretary sibling stranger follower leader admin other_leader"

# Every button with what it carries about the cell of `secretary`, and who may press it.
# ALL: it speaks of the presser's own units, so everybody may who has the role in those.
PRESSED: Mapping[str, tuple[str, str]] = {
    "home": ("", ALL),
    "month": ("{unit}", CELL),
    "confirm": ("{confirm}", CELL),
    "confirm.undo": ("{confirm}", CELL),
    "plan": ("{unit}", CELL),
    "plan.duty": ("{meeting_duty}", CELL),
    "plan.usual": ("{meeting_duty}:20220405T1930", CELL),
    "plan.habit": ("{unit}:5", CELL),
    "choice.topic": ("{thematic_duty}", CELL),
    "choice.add": ("{unit}", CELL),
    "choice.documents": ("{thematic_duty}", CELL),
    "choice.drop": ("{thematic_duty}", CELL),
    "choice.apart": ("{thematic_duty}", CELL),
    "prepare": ("{meeting}", CELL),
    "prepare.tick": ("{meeting}:assign:1", CELL),
    "prepare.people": ("{meeting}", CELL),
    "prepare.invite": ("{meeting}", CELL),
    "prepare.notice": ("{meeting}", CELL),
    "prepare.tell": ("{meeting}", CELL),
    "prepare.banner": ("{meeting}", CELL),
    "paper": ("{meeting}", CELL),
    "paper.make": ("{meeting}:BB", CELL),
    "paper.past": ("{unit}", CELL),
    "paper.notes": ("{meeting}", CELL),
    "letterhead": ("{unit}", CELL),
    "letterhead.place": ("{unit}", CELL),
    "letterhead.heading": ("{unit}", CELL),
    "letterhead.term": ("{unit}", CELL),
    "meet": ("{unit}", CELL),
    "meet.duty": ("{meeting_duty}", CELL),
    "meet.begin": ("{thematic_duty}", CELL),
    "meet.plain": ("{unit}", CELL),
    "meet.walk": ("{meeting}", CELL),
    "meet.next": ("{meeting}:0", CELL),
    "meet.skip": ("{meeting}:1", CELL),
    "meet.back": ("{meeting}:2", CELL),
    "meet.note": ("{meeting}:1", CELL),
    "meet.pause": ("{meeting}:1", CELL),
    "meet.count": ("{meeting}:1", CELL),
    "meet.counted": ("{meeting}", CELL),
    "meet.late": ("{meeting}", CELL),
    "meet.member": ("{meeting}:1:0", CELL),
    "meet.more": ("{meeting}:1", CELL),
    "meet.later": ("{meeting}", CELL),
    "meet.spoke": ("{meeting}:1", CELL),
    "meet.people": ("{meeting}", CELL),
    "meet.read": ("{meeting}", CELL),
    "meet.passed": ("{meeting}", CELL),
    "meet.fix": ("{meeting}", CELL),
    "meet.keep": ("{aside}", CELL),
    "meet.drop": ("{aside}", CELL),
    "meet.turn": ("{note}", CELL),
    "recount": ("{meeting}", CELL),
    "recount.all": ("{meeting}", CELL),
    "vote": ("{meeting}", CELL),
    "vote.add": ("{meeting}", CELL),
    "vote.fix": ("{ballot}", CELL),
    "vote.drop": ("{ballot}", CELL),
    "task": ("{meeting}", CELL),
    "task.add": ("{meeting}", CELL),
    "task.look": ("{meeting}", CELL),
    "task.open": ("{unit}", CELL),
    "task.fix": ("{task}", CELL),
    "task.drop": ("{task}", CELL),
    "meet.try": ("{unit}", CELL),
    "meet.end": ("{meeting}", CELL),
    "meet.undo": ("{meeting}", CELL),
    "result": ("{unit}", CELL),
    "result.duty": ("{meeting_duty}", CELL),
    "result.plain": ("{unit}", CELL),
    "result.counted": ("", ALL),
    "result.change": ("day", ALL),
    "result.fix": ("{meeting}", CELL),
    "result.count": ("{meeting}", CELL),
    "result.recounted": ("{meeting}", CELL),
    "result.day": ("{meeting}", CELL),
    "result.place": ("{meeting}", CELL),
    "result.leave": ("{meeting}", CELL),
    "result.unlock": ("{meeting}", "leader"),
    "report": ("{unit}", CELL),
    "report.duty": ("{report}", CELL),
    "report.done": ("{draft}", CELL),
    "report.undo": ("{draft}", CELL),
    "scan": ("{draft}", CELL),
    "scan.drop": ("{scan}:1", CELL),
    "scan.move": ("{scan}:1", CELL),
    "scan.turn": ("{scan}:1", CELL),
    "scan.done": ("{scan}:1", CELL),
    "unit": ("{unit}", CELL),
    "score": ("{meeting}", CELL),
    "score.fix": ("{meeting}", CELL),
    "score.weak": ("{meeting}", CELL),
    "score.vote": ("{meeting}", CELL),
    "score.list": ("", "follower leader other_leader"),
    "score.decide": ("{meeting}", "follower leader"),
    "sum": ("", f"{SUMS} other_leader"),
    "sum.missing": ("", f"{SUMS} other_leader"),
    "sum.units": ("{own_demand}", SUMS),
    "sum.nudge": ("{own_demand}", NUDGES),
    "sum.export": ("", f"{SUMS} other_leader"),
    "admin": ("", "admin"),
    "admin.lost": ("", "admin"),
    "admin.invite": ("", "admin"),
    "admin.unit": ("", "admin"),
    "admin.card": ("{unit}", "admin"),
    "admin.names": ("{unit}", "admin"),
    "admin.reopen": ("{unit}", "admin"),
    "office": ("", "admin"),
    "office.plan": ("{plan}", "admin"),
    "office.give": ("plan", "admin"),
    "office.book": ("template", "admin"),
    "office.export": ("{plan}", "admin"),
    "office.clone": ("{plan}", "admin"),
    "office.look": ("{plan}", "admin"),
    "office.first": ("{shown}", "admin"),
    "office.withdraw": ("{plan}", "admin"),
    "office.yes": ("{shown}", "admin"),
    "office.drop": ("{shown}", "admin"),
    "office.again": ("{asking}", "admin"),
    "office.ask": ("{asking}:1:quarter", "admin"),
    "office.ask_day": ("{asking}:1", "admin"),
    "materials": ("", f"{SUMS} other_leader"),
    "materials.topic": ("{topic}", SUMS),
    "materials.add": ("{topic}", NUDGES),
    "materials.back": ("{paper}", NUDGES),
    "materials.again": ("{meeting_duty}", CELL),
    "materials.got": ("{meeting_duty}", CELL),
    "materials.drop": ("{paper}", NUDGES),
    "settings": ("", ALL),
    "settings.name": ("", ALL),
    "settings.hour": ("", ALL),
    "settings.weekends": ("", ALL),
    "settings.away": ("", "secretary sibling stranger"),
    "settings.web": ("", ALL),
    "settings.places": ("", ALL),
    "settings.channel": ("", ALL),
    "settings.consent": ("", ALL),
    "settings.forget": ("", ALL),
    "snooze": ("{report}", CELL),
    "snooze.at": ("{report}:tomorrow", CELL),
    "go_on": ("", ALL),
    "help": ("", ALL),
    "cancel": ("", ALL),
}

LEADS = "secretary sibling stranger"
SAID: Mapping[str, str] = {
    "/start": ALL,
    "/thangnay": LEADS,
    "/lichhop": LEADS,
    "/hop": LEADS,
    "/ketqua": LEADS,
    "/nop": LEADS,
    "/tinhhinh": ALL,
    "/tonghop": f"{SUMS} other_leader",
    "/chuanop": f"{SUMS} other_leader",
    "/xuat": f"{SUMS} other_leader",
    "/quantri": "admin",
    "/caidat": ALL,
    "/xoadulieu": ALL,
    "/huy": ALL,
    "/trogiup": ALL,
}

PEOPLE = {
    "secretary": ("A1", "secretary"),
    "sibling": ("A2", "secretary"),
    "stranger": ("B1", "secretary"),
    "follower": ("DUA", "follower"),
    "leader": ("DUA", "leader"),
    "admin": ("DUA", "admin"),
    "other_leader": ("DUB", "leader"),
}
NAMES = {
    "DUK": "Đảng ủy Khối mẫu",
    "DUA": "Đảng ủy Sở Công",
    "DUB": "Đảng ủy Sở Nông",
    "A1": "Chi bộ Bưu điện",
    "A2": "Chi bộ Kho bạc",
    "B1": "Chi bộ Thanh tra",
}
SEES = {
    "secretary": {"A1"},
    "sibling": {"A2"},
    "stranger": {"B1"},
    "follower": {"DUA", "A1", "A2"},
    "leader": {"DUA", "A1", "A2"},
    "admin": {"DUA", "A1", "A2"},
    "other_leader": {"DUB", "B1"},
    "nobody": set(),
    "ended": set(),
}
SECRETS = ("Phòng họp kín số 9", "Ý kiến riêng của chi bộ")
"""The meeting's place and its note: they are the cell's alone."""


@dataclass
class Stage:
    world: World
    facts: dict[str, object] = field(default_factory=dict)

    def snapshot(self) -> list[object]:
        """What a refused press may not change."""
        with self.world.db.read() as session:
            return [
                session.execute(select(Duty.id, Duty.state, Duty.next_reminder_at).order_by(Duty.id)).all(),
                session.execute(
                    select(Meeting.id, Meeting.state, Meeting.step, Meeting.planned_at).order_by(Meeting.id)
                ).all(),
                session.scalar(select(func.count()).select_from(Note)),
                session.execute(select(Vote.id, Vote.agree)).all(),
                session.execute(select(Task.id, Task.state)).all(),
                session.execute(select(Material.id, Material.withdrawn_at)).all(),
                session.scalar(select(func.count()).select_from(MaterialReceipt)),
                session.scalar(select(func.count()).select_from(Membership)),
            ]


@pytest.fixture
def stage(db: Database, tmp_path: Path) -> Stage:
    """Two committees side by side; the cell A1 has a running meeting with a note."""
    world = World(db)
    parents = {"DUK": None, "DUA": "DUK", "DUB": "DUK", "A1": "DUA", "A2": "DUA", "B1": "DUB"}
    kinds = {"DUK": "dang_uy", "DUA": "dang_bo_co_so", "DUB": "dang_bo_co_so"}
    world.units(
        *[(code, NAMES[code], kinds.get(code, "chi_bo"), "", above) for code, above in parents.items()]
    )
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, "utf-8")
    text = read_plan(path, agendas=ROOT / "templates" / "agendas")
    world.load(text, owner="DUA")
    world.load(text, owner="DUB")
    owner = world.registered("A1", "secretary")
    owner.says("/lichhop").taps("Chủ đề tháng Tư").says("1/4 19h30").says(SECRETS[0])
    with db.read() as session:
        duty_id = session.scalars(
            select(Duty.id).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "A1", Duty.key == "t4")
        ).one()
    _errands(world, text)
    _draft(world)
    _paper(world)
    owner.presses(f"meet.begin:{duty_id}").says(SECRETS[1])
    number = _decided(world, owner)
    owner.presses(f"meet.walk:{number}").says("/huy")
    return Stage(world, _facts(world))


def _decided(world: World, owner: Talker) -> int:
    """A vote and a task of the running meeting; answers its number."""
    with world.db.read() as session:
        number = session.scalars(select(Meeting.id)).one()
    owner.presses(f"vote.add:{number}").says("Quy chế").says("20").says("18").says("tất cả")
    owner.presses(f"task.add:{number}").says("Rà soát – phó bí thư – 20/4")
    return number


def _paper(world: World) -> None:
    """A file that DUA's office has tied to the topic of April."""
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUA")).one()
        topic = session.scalars(
            select(Topic)
            .join(PlanRow, PlanRow.id == Topic.plan_id)
            .where(Topic.key == "t4", PlanRow.unit_id == unit.id)
        ).one()
        person = session.scalars(select(Membership.person_id)).one()
        tie_materials(session, topic, "", [unit.path], [stored("tai-lieu.pdf")], person, world.at)


def _errands(world: World, text: PlanText) -> None:
    """Two workbooks of DUA's office: one that waits for a yes, one of which something has been asked."""
    due = text.duties[0].due.model_copy(update={"by": None, "every": "ask"})
    unsaid = text.duties[0].model_copy(update={"due": due, "opens": None})
    vague = text.model_copy(update={"duties": (unsaid,)})
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUA")).one()
        person = session.scalars(select(Membership.person_id)).one()
        for state, plan in (("shown", text), ("asking", vague)):
            args = GivenWorkbook("plan.xlsx", "", plan_to_json(plan))
            facts = {"person_id": person, "unit_id": unit.id, "kind": "plan", "created_at": world.at}
            session.add(Errand(state=state, args=args, **facts))


def _draft(world: World) -> None:
    """A report of A1 that somebody else of that cell has begun, with two pictures that are being put in order."""
    with world.db.write() as session:
        duty = session.scalars(
            select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "A1", Duty.key == "bc")
        ).one()
        draft = draft_of(session, duty, session.scalars(select(Membership.person_id)).one(), world.at)
        add_files(session, draft, [replace(stored(f"{n}.jpg", b"%d" % n), media_type=JPEG) for n in (1, 2)])
        pages = Pages().joined_by(picture_digests(draft))
        args = ScannedPages(draft.id, duty.id, 1, pages.kept)
        facts = {"person_id": draft.person_id, "unit_id": duty.unit_id, "created_at": world.at}
        session.add(Errand(kind="scan", args=args, **facts))
        meeting = session.scalars(select(Meeting)).one()
        put_aside(session, meeting, draft.person_id, SECRETS[1], world.at)


def _facts(world: World) -> dict[str, object]:
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        duties = {d.key: d for d in session.scalars(select(Duty).where(Duty.unit_id == unit.id))}
        meeting = session.scalars(select(Meeting)).one()
        assert meeting.state == "running"
        assert session.scalars(select(Note)).one().text == SECRETS[1]
        return {
            "unit": unit.id,
            "meeting": meeting.id,
            "meeting_duty": duties["t4"].id,
            "thematic_duty": duties["cd"].id,
            "report": duties["bc"].id,
            "confirm": duties["dt"].id,
            "own_demand": duties["bc"].demand_id,
            "plan": duties["bc"].plan_id,
            "topic": duties["t4"].demand.topic_id,
            "paper": session.scalars(select(Material.id)).one(),
            "draft": session.scalars(select(Submission.id)).one(),
            "note": session.scalars(select(Note.id)).one(),
            "aside": session.scalars(select(Aside.id).where(Aside.kept_as == "")).one(),
            "ballot": session.scalars(select(Vote.id)).one(),
            "task": session.scalars(select(Task.id)).one(),
            "scan": session.scalars(select(Errand.id).where(Errand.kind == "scan")).one(),
            "shown": session.scalars(select(Errand.id).where(Errand.state == "shown")).one(),
            "asking": session.scalars(select(Errand.id).where(Errand.state == "asking")).one(),
        }


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No press and no word may end in the apology for a fault of ours."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def somebody(stage: Stage, who: str) -> Talker:
    if who == "nobody":
        return stage.world.person()
    if who == "ended":
        talker = stage.world.registered("A1", "secretary")
        with stage.world.db.write() as session:
            contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
            role = session.scalars(select(Membership).where(Membership.person_id == contact.person_id)).one()
            role.ended_at = stage.world.at
        return talker
    return stage.world.registered(*PEOPLE[who])


def check_text(talker: Talker, who: str, what: str) -> None:
    """Nothing of a unit that this person may not see."""
    for reply in talker.got:
        shown = reply.text + " ".join(choice.label for row in reply.choices for choice in row)
        foreign = [name for code, name in NAMES.items() if code not in SEES[who] and name in shown]
        assert foreign == [], (what, shown)
        if who not in ("secretary", "ended"):
            assert not [secret for secret in SECRETS if secret in shown], (what, shown)
        assert "None" not in shown, (what, shown)
        assert "\n\n\n" not in shown, (what, shown)


def refused(talker: Talker) -> bool:
    return talker.last.text.startswith("⚠️ Việc này không thuộc phạm vi vai trò của đồng chí.")


def test_every_action_and_every_command_is_in_the_table() -> None:
    assert set(PRESSED) == set(ACTIONS)
    assert set(SAID) == set(COMMANDS)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_button(stage: Stage, who: str) -> None:
    talker = somebody(stage, who)
    talker.screen.clear()
    for action, (argument, allowed) in PRESSED.items():
        payload = f"{action}:{argument.format(**stage.facts)}".rstrip(":")
        before = stage.snapshot()
        count = len(talker.got)
        talker.presses(payload)
        assert len(talker.got) > count, payload
        assert refused(talker) == (who not in allowed.split()), (payload, talker.last.text)
        if refused(talker):
            assert stage.snapshot() == before, payload
        check_text(talker, who, payload)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_command(stage: Stage, who: str) -> None:
    talker = somebody(stage, who)
    talker.screen.clear()
    for command, allowed in SAID.items():
        talker.says(command)
        assert refused(talker) == (who not in allowed.split()), (command, talker.last.text)
        check_text(talker, who, command)


@pytest.mark.parametrize("who", ["nobody", "ended"])
def test_without_a_role_everything_asks_for_the_code(stage: Stage, who: str) -> None:
    talker = somebody(stage, who)
    talker.screen.clear()
    before = stage.snapshot()
    payloads = [
        f"{action}:{argument.format(**stage.facts)}".rstrip(":") for action, (argument, _) in PRESSED.items()
    ]
    for payload in payloads:
        talker.presses(payload)
        assert "gõ mã mời" in talker.last.text, payload
        assert ("không giữ vai trò nào" in talker.last.text) == (who == "ended")
    for command in SAID:
        talker.says(command)
        assert "gõ mã mời" in talker.last.text, command
    check_text(talker, who, "all")
    assert stage.snapshot() == before


def test_a_button_pressed_after_the_role_is_gone(stage: Stage) -> None:
    talker = stage.world.registered("A1", "secretary").says("/hop")
    payloads = [choice.payload for choice in talker.choices]
    with stage.world.db.write() as session:
        for membership in session.scalars(select(Membership)):
            membership.ended_at = stage.world.at
    before = stage.snapshot()
    for payload in payloads:
        assert "gõ mã mời" in talker.presses(payload).last.text
        stage.world.later(minutes=10)
    talker.says("một ý kiến nữa")
    assert "chưa phải mã mời" in talker.last.text
    assert stage.snapshot() == before


def test_one_role_of_two_is_gone(stage: Stage) -> None:
    talker = stage.world.registered("A1", "secretary").says(stage.world.invite("B1", "secretary"))
    talker.taps("Bỏ qua").taps("Không cố định")
    with stage.world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        for membership in session.scalars(select(Membership).where(Membership.unit_id == unit.id)):
            membership.ended_at = stage.world.at
    talker.presses(f"confirm:{stage.facts['confirm']}")
    assert refused(talker)
    talker.presses(f"meet.next:{stage.facts['meeting']}:0")
    assert refused(talker)
    talker.says("/thangnay")
    assert NAMES["B1"] in talker.last.text
    assert NAMES["A1"] not in talker.last.text


def test_what_is_nudged_or_counted_stays_in_the_subtree(stage: Stage) -> None:
    sibling = stage.world.registered("B1", "secretary")
    own = stage.world.registered("A2", "secretary")
    leader = stage.world.registered("DUA", "leader")
    with stage.world.db.read() as session:
        demands = session.scalars(select(Demand.id)).all()
    for demand_id in demands:
        leader.presses(f"sum.nudge:{demand_id}")
    assert own.looks()
    assert sibling.looks() == []


def test_reach_in_memory_equals_reach_in_a_query(stage: Stage) -> None:
    cases: list[tuple[str, str, set[str]]] = [
        ("secretary", "DUA", {"DUA"}),
        ("secretary", "A1", {"A1"}),
        ("follower", "DUA", {"DUA", "A1", "A2"}),
        ("leader", "DUA", {"DUA", "A1", "A2"}),
        ("leader", "DUK", set(NAMES)),
        ("admin", "DUB", {"DUB", "B1"}),
    ]
    with stage.world.db.read() as session:
        units = {u.code: u for u in session.scalars(select(Unit))}
        for role, unit, reached in cases:
            mine = [Membership(unit=units[unit], role=role)]
            assert (
                set(session.scalars(select(Unit.code).where(within_subtree(Unit.path, mine, "read"))))
                == reached
            )
            assert {u.code for u in units.values() if may_act(mine, "read", u.path)} == reached
            assert {u.code for u in units.values() if role_reaches(mine[0], u.path)} == reached


def test_paths_that_begin_alike_are_not_confused(stage: Stage) -> None:
    """Unit 1's subtree is not unit 10's, though "/1" begins "/10/"."""
    with stage.world.db.write() as session:
        for number in range(12):
            unit = Unit(code=f"X{number}", name="x", kind="chi_bo", path="")
            session.add(unit)
            session.flush()
            unit.path = f"/{unit.id}/"
        rows = session.execute(select(Unit.code, Unit.path)).all()
        for code, path in rows:
            found = set(session.scalars(select(Unit.code).where(units_below(Unit.path, path))))
            assert found == {other for other, deeper in rows if deeper.startswith(path)}, code


def test_no_role_reaches_nothing(stage: Stage) -> None:
    with stage.world.db.read() as session:
        assert session.scalars(select(Unit.code).where(within_subtree(Unit.path, [], "read"))).all() == []
        unit = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        follower = [Membership(unit=unit, role="follower")]
        assert role_holders(follower, "nudge") == []
        assert (
            session.scalars(select(Unit.code).where(within_subtree(Unit.path, follower, "nudge"))).all() == []
        )
