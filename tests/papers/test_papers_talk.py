"""The papers of a meeting in chat: asked for by a button, numbered, sent as Word and as PDF, a broken template told."""

import io
import shutil
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import select

from bot.papers.converting import NoConverter, NotConverted
from bot.tables import Duty, Meeting, Note, Paper, Unit
from bot.talk.desk import Desk
from schedules import papers as documents
from tests.kit.desk import RecordingRenderer
from tests.kit.places import ROOT, ZONE
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.world import World


@pytest.fixture
def secretary(world: World, secretary: Talker) -> Talker:
    with world.db.read() as session:
        duty = session.scalars(select(Duty).where(Duty.key == "2022-04", Duty.unit.has(code="CB01"))).one()
    secretary.presses(f"meet.begin:{duty.id}").says("Nhất trí với dự thảo <b>&")
    secretary.presses(f"meet.count:{meeting_of(world).id}:0").says(
        "25/28, vắng 2 có phép, 1 không phép"
    ).taps("Đúng")
    return secretary.presses(f"meet.end:{meeting_of(world).id}")


def meeting_of(world: World) -> Meeting:
    with world.db.read() as session:
        return session.scalars(select(Meeting).order_by(Meeting.id.desc())).first()  # type: ignore[return-value]


def text_of(world: World, talker: Talker) -> str:
    (file,) = talker.last.files
    document = Document(io.BytesIO(world.shelf.read(file.digest)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


def test_the_minutes_come_as_a_word_file_with_their_number(world: World, secretary: Talker) -> None:
    assert "Đã kết thúc buổi họp" in secretary.last.text
    secretary.taps("Biên bản, văn bản").taps("📄 Biên bản")
    assert "Đang soạn biên bản" in secretary.last.text
    runs(secretary)
    assert "Biên bản số 01" in secretary.last.text
    assert [file.name for file in secretary.last.files] == ["Biên bản số 01 ngày 01-04-2022.docx"]
    said = text_of(world, secretary)
    assert "BIÊN BẢN" in said
    assert "Số 01-BB/CB" in said
    assert "Nhất trí với dự thảo <b>&" in said
    secretary.taps("Văn bản khác").taps("📄 Biên bản")
    runs(secretary)
    assert "Biên bản số 01" in secretary.last.text, "the same number again"
    with world.db.read() as session:
        assert session.scalars(select(Paper.number)).all() == [1]
    reads_well(secretary)


def test_what_the_meeting_does_not_call_for(world: World, secretary: Talker) -> None:
    meeting = meeting_of(world)
    secretary.presses(f"paper.make:{meeting.id}:NQ")
    assert "chưa có nghị quyết nào được quá nửa tổng số đảng viên chính thức" in secretary.last.text
    secretary.presses(f"paper.make:{meeting.id}:BC")
    assert "chỉ dành cho sinh hoạt chuyên đề" in secretary.last.text
    secretary.presses(f"paper.make:{meeting.id}:XX")
    assert not runs(secretary).last.files
    stranger = world.registered("CB02", "secretary")
    stranger.presses(f"paper.make:{meeting.id}:BB")
    assert "không thuộc phạm vi" in stranger.last.text
    runs(stranger)
    assert not stranger.last.files
    with world.db.write() as session:
        session.get_one(Meeting, meeting.id).rehearsal = True
    secretary.presses(f"paper:{meeting.id}")
    assert "không có văn bản nào phải lập" in secretary.last.text
    reads_well(secretary)


def test_as_pdf_where_that_can_be_done(
    world: World, secretary: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = meeting_of(world)

    def convert(docx: Path, folder: Path) -> Path:
        target = folder / "paper.pdf"
        target.write_bytes(b"%PDF-1.7 " + docx.read_bytes()[:4])
        return target

    monkeypatch.setattr("bot.papers.making.find_converter", lambda: "/usr/bin/soffice")
    monkeypatch.setattr("bot.papers.converting.to_pdf", convert)
    secretary.presses(f"paper.make:{meeting.id}:BB")
    runs(secretary).taps("Lấy bản PDF")
    runs(secretary)
    assert secretary.last.files[0].name == "Biên bản số 01 ngày 01-04-2022.pdf"
    for error, said in (
        (NoConverter("none"), "Ở đây chưa đổi được sang PDF"),
        (NotConverted("slow"), "Lần này chưa đổi được sang PDF"),
    ):

        def fails(docx: Path, folder: Path, error: Exception = error) -> Path:
            raise error

        monkeypatch.setattr("bot.papers.converting.to_pdf", fails)
        secretary.presses(f"paper.make:{meeting.id}:BB:pdf")
        runs(secretary)
        assert said in secretary.last.text
        assert secretary.last.files[0].name.endswith(".docx")
    reads_well(secretary)


def test_a_broken_template_is_told_and_costs_no_number_twice(
    world: World, secretary: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", folder)
    (folder / "documents" / "BB.docx").write_bytes(b"no word file")
    own = RecordingRenderer(folder, ZONE)
    desk = Desk(**{**vars(world.desk), "render": own})
    secretary.presses(f"paper.make:{meeting_of(world).id}:BB")
    documents.make_papers(desk, world.at)
    secretary.looks()
    assert "mẫu văn bản có lỗi" in secretary.last.text
    assert "BB.docx" in secretary.last.text
    secretary.presses(f"paper.make:{meeting_of(world).id}:BB")
    runs(secretary)
    assert "Biên bản số 01" in secretary.last.text
    reads_well(secretary)


def test_a_store_that_never_answers(world: World, secretary: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_name: str, _path: Path) -> object:
        raise OSError("no answer")

    secretary.presses(f"paper.make:{meeting_of(world).id}:BB")
    monkeypatch.setattr(world.shelf, "keep", away)
    world.later(minutes=31)
    runs(secretary)
    assert "số liệu buổi họp vẫn nguyên" in secretary.last.text
    with world.db.read() as session:
        assert session.scalars(select(Unit.code).where(Unit.code == "CB01")).one()
    reads_well(secretary)


def test_the_papers_of_a_meeting_of_long_ago(world: World, secretary: Talker) -> None:
    world.later(days=200)
    secretary.says("/tinhhinh").taps("Các buổi đã họp")
    assert "thứ Sáu 01/4: Sinh hoạt chính trị tháng 4/2022" in secretary.last.text
    secretary.taps("1. ").taps("📄 Biên bản")
    runs(secretary)
    assert "Biên bản số 01" in secretary.last.text
    fresh = world.registered("CB02", "secretary")
    fresh.says("/tinhhinh").taps("Các buổi đã họp")
    assert "Chưa có buổi nào" in fresh.last.text
    reads_well(secretary, fresh)


def test_voice_and_photographs_come_back_to_the_clerk(world: World, secretary: Talker) -> None:
    meeting = meeting_of(world)
    secretary.presses(f"paper.notes:{meeting.id}")
    assert "không có ghi âm hay ảnh nào" in secretary.last.text
    with world.db.write() as session:
        for number in range(9):
            session.add(
                Note(
                    meeting_id=meeting.id,
                    step=0,
                    person_id=1,
                    at=world.at,
                    text="",
                    kind="voice",
                    digest=f"{number:064}",
                    name=f"{number}.ogg",
                    media_type="audio/ogg",
                )
            )
    secretary.presses(f"paper:{meeting.id}").taps("Nghe lại ghi âm, xem ảnh (9)")
    assert [file.name for reply in secretary.got[-2:] for file in reply.files] == [
        f"{n}.ogg" for n in range(9)
    ]
    reads_well(secretary)


def test_after_the_end_the_clerk_is_named(world: World, secretary: Talker) -> None:
    secretary.taps("Sửa kết quả").taps("Thư ký, chủ trì").says("Thư ký chi bộ")
    with world.db.read() as session:
        assert session.scalars(select(Meeting.clerk)).one() == "Thư ký chi bộ"
    reads_well(secretary)
