"""Two committees side by side, of which one cell is in the middle of everything: a meeting, a report, a vote, papers."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from bot.materials.materials import tie_materials
from bot.meetings.asides import put_aside
from bot.plans.plan import PlanText, plan_to_json
from bot.reports.pages import Pages, picture_digests
from bot.reports.submissions import add_files, draft_of, hand_in
from bot.store.filetypes import JPEG
from bot.tables import (
    Aside,
    AskedWords,
    DataRequest,
    Duty,
    Enquiry,
    Errand,
    Material,
    Meeting,
    Membership,
    Note,
    Notice,
    NoticeReceipt,
    Submission,
    Task,
    Topic,
    Unit,
    Vote,
)
from bot.tables import Plan as PlanRow
from bot.tables.asked import GivenWorkbook, ScannedPages
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.rows import TALK, rows_of
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
  - key: bc
    do: report
    title: Báo cáo tháng
    who: {kinds: [chi_bo]}
    due: {by: 2022-04-20}
    opens: 2022-04-01
    asks: [{key: mo-hinh, title: Mô hình, kind: number}, {key: han-che, title: Hạn chế, kind: text, optional: true}]
  - {key: bn, do: report, title: Báo cáo năm, who: {kinds: [chi_bo]}, due: {by: 2022-12-20}, opens: 2022-12-01}
  - {key: dt, do: confirm, title: Đăng tài liệu, who: {kinds: [chi_bo]}, due: {by: 2022-04-20}, opens: 2022-04-01}
"""

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
PLANS = Errand.kind == "plan"
SECRETS = ("Phòng họp kín số 9", "Ý kiến riêng của chi bộ")
"""The meeting's place and its note: they are the cell's alone."""


class TwoCommittees:
    """The world of `two_committees`, and the numbers of what is in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.facts = _facts(world)

    def snapshot(self, *without: str) -> dict[str, list[Any]]:
        """What a refused press may not change."""
        return rows_of(self.world.db, (*TALK, *without))


def two_committees(world: World) -> None:
    """The cell A1 has a running meeting with a note."""
    parents = {"DUK": None, "DUA": "DUK", "DUB": "DUK", "A1": "DUA", "A2": "DUA", "B1": "DUB"}
    kinds = {"DUK": "dang_uy", "DUA": "dang_bo_co_so", "DUB": "dang_bo_co_so"}
    world.units(
        *[(code, NAMES[code], kinds.get(code, "chi_bo"), "", above) for code, above in parents.items()]
    )
    text = plan_of(PLAN)
    world.load(text, owner="DUA")
    world.load(text, owner="DUB")
    owner = world.registered("A1", "secretary")
    owner.says("/lichhop").taps("Chủ đề tháng Tư").says("1/4 19h30").says(SECRETS[0])
    with world.db.read() as session:
        duty_id = session.scalars(
            select(Duty.id).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "A1", Duty.key == "t4")
        ).one()
    owner.presses("settings.ask:see").taps("Gửi luôn")
    _errands(world, text)
    _draft(world)
    _handed(world)
    _paper(world)
    _notice(world)
    _enquiry(world)
    owner.presses(f"meet.begin:{duty_id}").says(SECRETS[1])
    number = _decided(world, owner)
    owner.presses(f"meet.walk:{number}").says("/huy")


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


def _notice(world: World) -> None:
    """What DUA's office has said to the cell A1."""
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUA")).one()
        cell = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        person = session.scalars(select(Membership.person_id)).one()
        moments = {"created_at": world.at, "due_at": world.at, "sent_at": world.at}
        notice = Notice(
            unit_id=unit.id,
            person_id=person,
            role="admin",
            tops=(cell.id,),
            text="Chuẩn bị",
            state="sent",
            **moments,
        )
        session.add(notice)
        session.flush()
        session.add(NoticeReceipt(notice_id=notice.id, person_id=person, unit_id=cell.id))


def _enquiry(world: World) -> None:
    """What DUA's office answers, what it has still to answer, and its workbook that waits for a yes."""
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUA")).one()
        person = session.scalars(select(Membership.person_id)).one()
        session.add(
            Enquiry(unit_id=unit.id, mark="the", question="Thẻ?", answer="Gửi đơn.", changed_at=world.at)
        )
        facts = {"first_at": world.at, "last_at": world.at, "times": 1}
        session.add(AskedWords(unit_id=unit.id, mark="huy hieu", words="Huy hiệu?", **facts))
        given = GivenWorkbook("hoi-dap.xlsx", "")
        errand = {"person_id": person, "unit_id": unit.id, "kind": "enquiries", "created_at": world.at}
        session.add(Errand(state="shown", args=given, **errand))


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


def _handed(world: World) -> None:
    """A report that A1 has handed in, which waits to be looked at by DUA's office and whoever follows the cell."""
    with world.db.write() as session:
        duty = session.scalars(
            select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "A1", Duty.key == "bn")
        ).one()
        draft = draft_of(session, duty, session.scalars(select(Membership.person_id)).one(), world.at)
        add_files(session, draft, [stored("bao-cao-nam.pdf", b"nam")])
        hand_in(session, draft, world.moment)


def _facts(world: World) -> dict[str, object]:
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        duties = {d.key: d for d in session.scalars(select(Duty).where(Duty.unit_id == unit.id))}
        meeting = session.scalars(select(Meeting)).one()
        assert meeting.state == "running"
        assert session.scalars(select(Note)).one().text == SECRETS[1]
        return {
            "unit": unit.id,
            "role": session.scalars(
                select(Membership.id).where(Membership.unit_id == unit.id).order_by(Membership.id)
            ).first(),
            "meeting": meeting.id,
            "meeting_duty": duties["t4"].id,
            "thematic_duty": duties["cd"].id,
            "report": duties["bc"].id,
            "confirm": duties["dt"].id,
            "own_demand": duties["bc"].demand_id,
            "plan": duties["bc"].plan_id,
            "topic": duties["t4"].demand.topic_id,
            "paper": session.scalars(select(Material.id)).one(),
            "draft": session.scalars(select(Submission.id).where(Submission.state == "draft")).one(),
            "handed": session.scalars(select(Submission.id).where(Submission.state == "handed")).one(),
            "handed_duty": duties["bn"].id,
            "handed_demand": duties["bn"].demand_id,
            "note": session.scalars(select(Note.id)).one(),
            "aside": session.scalars(select(Aside.id).where(Aside.kept_as == "")).one(),
            "ballot": session.scalars(select(Vote.id)).one(),
            "task": session.scalars(select(Task.id)).one(),
            "scan": session.scalars(select(Errand.id).where(Errand.kind == "scan")).one(),
            "shown": session.scalars(select(Errand.id).where(Errand.state == "shown", PLANS)).one(),
            "committee": meeting.unit.parent_id,
            "enquiry": session.scalars(select(Enquiry.id)).one(),
            "asked_words": session.scalars(select(AskedWords.id)).one(),
            "enquiry_book": session.scalars(select(Errand.id).where(Errand.kind == "enquiries")).one(),
            "asked": session.scalars(select(DataRequest.id)).one(),
            "notice": session.scalars(select(Notice.id)).one(),
            "asking": session.scalars(select(Errand.id).where(Errand.state == "asking")).one(),
        }
