"""Invitations for everybody: slips on paper, messages to pass on, and who has registered."""

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import func, select, update

from bot.messages import File
from bot.papers.converting import NotConverted, find_converter, to_pdf
from bot.papers.slips import Slip, draw_slips
from bot.settings import ROOT
from bot.tables import Invite, Membership, Unit
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

ALL, SLIPS, PDF, MESSAGES = (
    "Mã mời cho tất cả",
    "Phiếu in, tệp Word",
    "Phiếu in, tệp PDF",
    "Tin để chuyển tiếp",
)
CODE = re.compile(r"Mã mời: (?:<code>)?([A-Z0-9-]+)")


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        *((f"A-{n}", f"Chi bộ số {n} Sở A", "chi_bo", "co_quan", "DUA") for n in range(1, 24)),
        ("B-01", "Chi bộ Văn phòng Sở B", "chi_bo", "co_quan", "DUB"),
    )


pytestmark = begins(begin_here)


@pytest.fixture
def office(world: World) -> Talker:
    """The office of Sở A."""
    return world.registered("DUA", "admin")


def ordered(office: Talker, form: str) -> Talker:
    office.says("/quantri").taps(ALL).taps("Đảng ủy Sở A").taps(form)
    return runs(office)


def sheet_of(office: Talker) -> File:
    """The file that came last."""
    return next(reply.files[0] for reply in reversed(office.got) if reply.files)


def slips_of(world: World, office: Talker) -> list[str]:
    """The texts of its slips."""
    table = Document(io.BytesIO(world.shelf.read(sheet_of(office).digest))).tables[0]
    return [cell.text for row in table.rows for cell in row.cells if cell.text]


def test_slips_for_all_who_have_nobody_each_with_a_code_that_opens(world: World, office: Talker) -> None:
    world.registered("A-3", "secretary")
    office.says("/quantri").taps(ALL).taps("Đảng ủy Sở A")
    assert "Có 22/23 chi bộ chưa có người phụ trách." in office.last.text
    runs(office.taps(SLIPS))
    assert "✅ Đã lập 22 mã mời: Đảng ủy Sở A" in office.last.text
    slips = slips_of(world, office)
    units = [slip.split("\n")[0] for slip in slips]
    assert units == [f"Chi bộ số {n} Sở A" for n in range(1, 24) if n != 3]
    codes = [CODE.findall(slip)[0] for slip in slips]
    assert len(set(codes)) == 22
    assert "đến hết" in slips[0]
    guest = world.person().says(codes[0])
    assert "tại <b>Chi bộ số 1 Sở A</b>" in guest.last.text
    reads_well(office)


def test_a_new_sheet_ends_the_codes_of_the_old_one(world: World, office: Talker) -> None:
    ordered(office, SLIPS)
    old = CODE.findall(slips_of(world, office)[0])[0]
    ordered(office, SLIPS)
    assert CODE.findall(slips_of(world, office)[0])[0] != old
    assert "hết hạn" in world.person().says(old).last.text
    with world.db.read() as session:
        good = select(func.count()).select_from(Invite)
        usable = session.scalar(good.where(Invite.expires_at > world.at, Invite.used_at.is_(None)))
    assert usable == 23


def test_a_slip_has_a_picture_for_each_way_in_and_eight_fill_a_page(world: World, office: Talker) -> None:
    ordered(office, SLIPS)
    file = sheet_of(office)
    assert file.name == "Phiếu mời DUA.docx"
    with zipfile.ZipFile(io.BytesIO(world.shelf.read(file.digest))) as package:
        pictures = [name for name in package.namelist() if name.startswith("word/media/")]
    ways = world.desk.links.invitation("X")
    assert len(pictures) >= 23 * len(ways) - 23  # one address without a code is one picture for all


@pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")
def test_eight_slips_with_the_longest_names_are_one_page(tmp_path: Path) -> None:
    name = "Chi bộ Trung tâm Giáo dục nghề nghiệp – Giáo dục thường xuyên và Hướng nghiệp huyện"
    ways = [("Zalo", "https://zalo.me/123"), ("Trang web", "https://chibo.example/w/new/ABCD-EFGH")]
    slips = [Slip(name, "Bí thư, người phụ trách đơn vị", "ABCD-EFGH", "thứ Tư 04/5", ways)] * 8
    draw_slips(slips, ROOT / "templates/documents", tmp_path / "slips.docx")
    (tmp_path / "out").mkdir()
    assert len(PdfReader(to_pdf(tmp_path / "slips.docx", tmp_path / "out")).pages) == 1


def test_messages_to_pass_on_have_no_buttons_and_a_code_each(world: World, office: Talker) -> None:
    before = len(office.got)
    ordered(office, MESSAGES)
    passed = [reply for reply in office.got[before:] if "Kính gửi" in reply.text]
    assert len(passed) == 23
    assert not any(reply.choices for reply in passed)
    assert [CODE.findall(reply.text)[0] for reply in passed] == list(
        dict.fromkeys(CODE.findall(reply.text)[0] for reply in passed)
    )
    guest = world.person().says(CODE.findall(passed[22].text)[0])
    assert "Chi bộ số 23 Sở A" in guest.last.text
    reads_well(office)


def test_a_machine_without_a_converter_sends_word(office: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.people.inviting.find_converter", lambda: "/usr/bin/soffice")

    def fail(*_: object) -> None:
        raise NotConverted("too long")

    monkeypatch.setattr("handlers.people.inviting.to_pdf", fail)
    ordered(office, PDF)
    assert "Chưa đổi được sang PDF, đồng chí dùng tệp Word." in office.last.text
    assert office.last.files[0].name.endswith(".docx")


def test_where_everybody_is_led_nothing_is_made(world: World, office: Talker) -> None:
    office.says("/quantri").taps(ALL).says("A-5")
    assert "Có 1/1 chi bộ" in office.last.text
    world.registered("A-5", "secretary")
    runs(office.taps(SLIPS))
    assert "chi bộ nào cũng đã có người phụ trách" in office.last.text
    office.says("/quantri").taps(ALL).says("A-5")
    assert "Chi bộ nào cũng đã có người phụ trách." in office.last.text
    assert not any("Phiếu" in label for label in labels(office))


def test_who_has_registered_twenty_a_page_in_natural_order(world: World, office: Talker) -> None:
    world.registered("A-2", "secretary", name="Nguyễn Mẫu")
    ordered(office, SLIPS)
    office.says("/quantri").taps("Ai đã đăng ký")
    lines = office.last.text.split("\n")
    assert lines[0] == "👥 <b>Đã đăng ký 1/23 chi bộ</b>"
    assert lines[2] == "✅ Chi bộ số 2 Sở A: Nguyễn Mẫu"
    assert lines[10].startswith("⏰ Chi bộ số 10 Sở A: mã còn dùng đến ")
    assert len([line for line in lines if "Chi bộ số" in line]) == 20
    office.taps("Trang sau")
    assert "Chi bộ số 23 Sở A" in office.last.text
    assert "Chi bộ số 20 Sở A" not in office.last.text
    office.taps("Trang trước")
    assert "Chi bộ số 1 Sở A" in office.last.text
    reads_well(office)


def test_one_tap_renews_what_has_run_out_or_withdraws_it(world: World, office: Talker) -> None:
    ordered(office, SLIPS)
    old = CODE.findall(slips_of(world, office)[0])[0]
    world.at += timedelta(days=15)
    office.says("/quantri").taps("Ai đã đăng ký")
    assert "⬜ Chi bộ số 1 Sở A: mã đã hết hạn" in office.last.text
    office.taps("Cấp mã: Chi bộ số 1 Sở A")
    code = CODE.findall(office.last.text)[0]
    assert code != old
    office.says("/quantri").taps("Ai đã đăng ký").taps("Thu hồi mã: Chi bộ số 1 Sở A")
    assert "✅ Đã thu hồi mã mời của Chi bộ số 1 Sở A." in office.last.text
    assert "hết hạn" in world.person().says(code).last.text
    reads_well(office)


def test_a_page_beyond_the_end_shows_the_last_one(office: Talker) -> None:
    office.presses("admin.registered:4000")
    assert "Chi bộ số 23 Sở A" in office.last.text


def test_another_offices_unit_is_not_ours(world: World, office: Talker) -> None:
    with world.db.read() as session:
        other = session.scalars(select(Unit.id).where(Unit.code == "B-01")).one()
    before = codes(world)
    for action in ("admin.renew", "admin.unsend"):
        office.presses(f"{action}:{other}")
        assert "không" in office.last.text.lower()
    office.says("/quantri").taps(ALL).says("B-01")
    assert "B-01" in office.last.text
    assert codes(world) == before


def codes(world: World) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).select_from(Invite)) or 0


def test_the_role_lost_before_the_codes_are_made_makes_none(world: World, office: Talker) -> None:
    office.says("/quantri").taps(ALL).taps("Đảng ủy Sở A").taps(SLIPS)
    before = codes(world)
    with world.db.write() as session:
        session.execute(update(Membership).where(Membership.role == "admin").values(ended_at=world.at))
    runs(office)
    assert codes(world) == before
