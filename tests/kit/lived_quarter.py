"""The quarter of the diary lived: who leads, the clerk and some secretaries by hand on their channels, the others as the diary says."""

import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from docx import Document

from tests.kit.diary import ALONE, ASKED, FIRST, OWN, Asked, deed
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.village import (
    DRIVE_PLAN,
    WHO,
    WORK_PLAN,
    build_tree,
    deliver,
    did,
    loses_contact,
    name_of,
    people_of,
    tick_at,
)
from tests.kit.workbooks import workbook
from tests.kit.world import World

CODE = re.compile(r"Mã mời: (?:<code>)?([A-Z0-9-]+)")
PLAYED = {
    "D1": ("telegram", "Nguyễn Văn Đông", "28 đ/c", "mùng 5"),
    "D2": ("zalo", "Lê Thị Hai", "20 đảng viên", "5"),
    "T1": ("zalo_oa", "Hồ Văn Tây", "20", "10"),
    "K1": ("web", "Cô Mai", "12", "25"),
    "T2": ("telegram", "Cụ Ba", "hai mươi", "3"),
}
"""The cells that are played, with the channel, and what their secretaries answer when they register."""
LEADS = {
    "clerk": ("X", "admin", "web", "Văn phòng Ngọc"),
    "leader": ("X", "leader", "zalo_oa", "Trần Văn Bình"),
    "follower": ("D", "follower", "zalo", "Lê Thị Hoa"),
    "west": ("T", "leader", "telegram", "Phạm Văn Tây"),
    "neighbour": ("Y", "leader", "telegram", "Vũ Văn Ngoài"),
    "outside": ("Y1", "secretary", "telegram", "Đỗ Văn Xa"),
}
HINT = "Đề nghị chi bộ bàn cách giúp người cao tuổi dùng dịch vụ công."
NOTICE = "Mời các đồng chí bí thư dự tập huấn, 8h ngày 12/5 tại hội trường xã."


@dataclass
class Life:
    """The people who are played, by what they are; the deeds of the others that are still to come."""

    world: World
    people: dict[str, Talker] = field(default_factory=dict)
    coming: list[tuple[datetime, str, Asked]] = field(default_factory=list)

    def __getitem__(self, who: str) -> Talker:
        return self.people[who]

    def until(self, moment: str) -> None:
        """The others do what they do up to then, each at its own time."""
        end = datetime.fromisoformat(f"2022-{moment}")
        while self.coming and self.coming[0][0] <= end:
            at, cell, one = self.coming.pop(0)
            did(self.world, cell, one, at)
        self.world.go(f"2022-{moment}")

    def mornings(self, *days: str) -> None:
        """On each the clock ticks at eight."""
        for one in days:
            self.until(f"{one} 08:00")
            tick_at(self.world, f"{one} 08:00")


def live_quarter(world: World) -> None:
    build_tree(world)
    life = Life(world)
    world.go("2022-02-22 08:00")
    _invited(life)
    _planned(life)
    life.mornings("03-01", "03-15", "03-28", "04-01", "04-04")
    _april(life)
    life.mornings("05-04", "05-05")
    _may(life)
    life.mornings("06-01", "06-02", "06-03")
    _june(life)
    life.mornings("06-30", "07-01", "07-04")
    life.until("07-05 09:00")
    WHO.update({who: talker.address for who, talker in life.people.items()})


def _invited(life: Life) -> None:
    """The clerk prints the slips; whoever has one scans it, two cells have nobody."""
    world = life.world
    for who, (unit, role, channel, name) in LEADS.items():
        life.people[who] = world.registered(unit, role, channel=channel, name=name)
    clerk = life["clerk"].says("/quantri").taps("Mã mời cho tất cả").taps("Đảng ủy xã")
    runs(clerk.taps("Phiếu in, tệp Word"))
    sheet = next(reply.files[0] for reply in reversed(clerk.got) if reply.files)
    table = Document(io.BytesIO(world.shelf.read(sheet.digest))).tables[0]
    slips = [cell.text for row in table.rows for cell in row.cells if cell.text]
    codes = {slip.split("\n")[0]: CODE.findall(slip)[0] for slip in slips}
    assert len(codes) == len(FIRST)
    for cell, (channel, *answers) in PLAYED.items():
        life.people[cell] = world.person(channel=channel).says(codes[name_of(cell)]).taps("Đồng ý")
        for answer in answers:
            life[cell].says(answer)
        assert "Đồng chí muốn làm gì?" in life[cell].last.text
    people_of(world, [cell for cell in FIRST if cell not in (*ALONE, *PLAYED)])
    clerk.says("/quantri").taps("Ai đã đăng ký")
    assert clerk.last.text.startswith("👥 <b>Đã đăng ký 37/39 chi bộ</b>")
    assert f"⏰ {name_of('D14')}: mã còn dùng đến" in clerk.last.text


def _planned(life: Life) -> None:
    """Both plans come by workbook; the rest of the diary is known from now on."""
    clerk = life["clerk"]
    for text in (WORK_PLAN, DRIVE_PLAN):
        clerk.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
        with TemporaryDirectory() as folder:
            runs(clerk.hands(workbook(life.world, plan_of(text), Path(folder))))
        assert "áp dụng cho 39 chi bộ" in clerk.last.text
        runs(clerk.taps("Áp dụng"))
    others = [(cell, one) for one in ASKED for cell in one.cells if (cell, one.key) not in OWN]
    dated = [(at, cell, one) for cell, one in others if (at := deed(cell, one)) is not None]
    life.coming = sorted(dated, key=lambda deed: (deed[0], deed[1]))


def _april(life: Life) -> None:
    _founded(life)
    _moved_for_the_leader(life)
    world, d2, d15, k1, t1 = life.world, life["D2"], life["D15"], life["K1"], life["T1"]
    life.until("04-07 19:30")
    life["D1"].says("/hop").taps("Bắt đầu họp: T4")
    walks(life["D1"], "25/28 vang 2 co phep, 1 ko phep")
    life.until("04-20 20:00")
    d2.says("/ketqua").taps("T4").says("hôm qua 19h30").says("tong 20 co mat 17 vang 3 co phep").taps("Đúng")
    assert "✅ Sinh hoạt tháng Tư: đúng hạn" in d2.last.text
    life.until("04-28 18:00")
    d15.says("/ketqua").taps("T4").says("hôm nay 17h").says("15/15").taps("Đúng")
    life.until("04-30 22:50")
    k1.says("họp").taps("1. T4")
    life.until("05-01 00:20")
    walks(k1, "du 12 đ/c")
    assert "thứ Bảy 30/4 · 90 phút" in k1.last.text
    assert "✅ Sinh hoạt tháng Tư: đúng hạn" in k1.last.text
    life.until("05-01 08:00")
    t1.says("/ketqua").taps("1. T4").says("30/4 23h40")
    t1.says("dự 18/20 (vắng 02 đ/c có lý do)").taps("Đúng")
    assert "✅ Sinh hoạt tháng Tư: đúng hạn" in t1.last.text
    deliver(world)


def walks(talker: Talker, line: str) -> None:
    """Through a meeting that has begun, to its end; the counts in the person's own line."""
    for _ in range(40):
        if "<b>Đã qua " in talker.last.text:
            talker.taps("Kết thúc")
            return
        if "👥 Điểm danh" in [choice.label for choice in talker.choices]:
            talker.says(line).taps("Đúng")
        else:
            talker.taps("Tiếp")
    raise AssertionError(talker.last.text)


def _founded(life: Life) -> None:
    """A cell is added and another one renamed, in chat."""
    life.until("04-04 09:00")
    clerk = life["clerk"].says("/quantri").taps("Đơn vị").says("đảng ủy bộ phận đông")
    clerk.taps("Thêm đơn vị trực thuộc").says(name_of("D15")).says("15").taps("Đặt mã khác").says("D15")
    clerk.taps("Đồng ý").taps("Mã mời bí thư")
    code = CODE.findall(clerk.last.text)[0]
    life.people["D15"] = life.world.person(channel="web").says(code).taps("Đồng ý").says("Phan Thị Mới")
    life["D15"].says("28").says("/thangnay")
    assert "Họp thường kỳ: Sinh hoạt tháng Tư" in life["D15"].last.text
    assert "tháng Ba" not in life["D15"].last.text
    clerk.says("/quantri").taps("Đơn vị").says("tây 3").taps("Sửa đơn vị").taps("Tên")
    clerk.says("Chi bộ thôn Tây Sơn").taps("Đồng ý")


def _moved_for_the_leader(life: Life) -> None:
    """A day is set, another one asked for, and the leader comes."""
    d1, leader, world = life["D1"], life["leader"], life.world
    d1.says("/lichhop").says("thứ 3 tuần này 19h30").says("Nhà văn hóa thôn")
    leader.says("/lichdonvi")
    assert "19h30 Chi bộ thôn Đông 1: Sinh hoạt tháng Tư" in leader.last.text
    number = re.findall(r"(\d+)\. 19h30 Chi bộ thôn Đông 1:", leader.last.text)[0]
    leader.taps(number).taps("Đề nghị đổi ngày").says("Trùng họp cấp ủy, xin chuyển sang tối thứ Năm 7/4")
    deliver(world)
    assert "Lý do: Trùng họp cấp ủy" in d1.last.text
    d1.taps("Đổi lịch họp").says("7/4 19h30").taps("Vẫn ở: Nhà văn hóa thôn")
    tick_at(world, "04-04 10:00")
    leader.taps("Xem lịch này").taps("Tôi sẽ dự")
    assert "📍 Nhà văn hóa thôn" in leader.last.text
    deliver(world)
    assert d1.last.text.startswith("👥 <b>Cấp trên dự họp Chi bộ thôn Đông 1</b>")
    life.mornings("04-06")
    assert leader.last.text.startswith("🔔 <b>Ngày mai đồng chí dự họp Chi bộ thôn Đông 1</b>")
    life.mornings("04-07")
    tick_at(world, "04-07 17:30")
    assert leader.last.text.startswith("🔔 <b>Hôm nay đồng chí dự họp")


def _may(life: Life) -> None:
    _said_to_all(life)
    _replaced(life)
    d1, t1, leader, clerk = life["D1"], life["T1"], life["leader"], life["clerk"]
    life.until("05-12 09:00")
    d1.says("/lichhop").taps("điểm").says("18/5 19h30").taps("Nhà văn hóa thôn")
    t1.says("/lichhop").taps("điểm").says("18/5 20h").says("Nhà văn hóa Tây")
    leader.says("/lichdonvi").taps("Tuần tới")
    assert "⚠️ Cùng ngày thứ Tư 18/5 có 2 buổi họp điểm: Chi bộ thôn Đông 1 19h30" in leader.last.text
    life.until("05-16 09:00")
    clerk.says("/quantri").taps("Đơn vị").says("K12").taps("Sửa đơn vị").taps("Cấp trên")
    clerk.says("đảng ủy bộ phận tây").taps("Đồng ý")
    life.until("05-18 19:30")
    before = len(d1.got)
    d1.says("/hop").taps("điểm")
    walks(d1, "26/28, vắng 2 có lý do")
    steps = [reply.text.split("\n")[0] for reply in d1.got[before:] if HINT in reply.text]
    assert [step.partition(" · ")[2] for step in steps] == [
        "Tuyên bố lý do, giới thiệu đại biểu</b>",
        "Đảng viên tham luận, liên hệ, góp ý cho dự thảo</b>",
    ]
    life.until("05-31 22:00")
    life["T2"].says("/ketqua").taps("1. T5").says("tối nay").says("vắng 1 ốm").taps("Có lý do").taps("Đúng")


def _said_to_all(life: Life) -> None:
    """The office speaks to all at a set time, the leader to one cell for its next meeting."""
    life.until("05-05 09:00")
    clerk, leader, world = life["clerk"], life["leader"], life.world
    clerk.says("/thongbao").taps("Soạn thông báo").taps("Tất cả").says(NOTICE)
    assert f"không nhận được: {name_of('D14')}, {name_of('T13')}" in clerk.last.text
    clerk.hands(stored("giay-moi.pdf", b"moi")).taps("Hẹn giờ").says("6/5 8h")
    life.mornings("05-06")
    for cell in ("D1", "D2", "T1"):
        assert life[cell].last.text.startswith("🔔 <b>Thông báo của Văn phòng Đảng ủy xã Kỳ Mẫu</b>")
        life[cell].taps("Đã nhận")
    clerk.taps("Ai đã nhận")
    assert "Đã nhận: <b>3/38</b>" in clerk.last.text
    clerk.taps("Ai chưa nhận")
    assert f"⬜ {name_of('D15')}: Phan Thị Mới" in clerk.last.text
    life.until("05-09 09:00")
    leader.says("/thongbao").taps("Soạn thông báo").says("thôn đông 1").says(HINT)
    leader.taps("Đưa vào buổi họp tới").taps("Gửi ngay")
    tick_at(world, "05-09 09:05")
    assert "Gợi ý này sẽ hiện lại ở buổi họp tới của đơn vị." in life["D1"].last.text


def _replaced(life: Life) -> None:
    life.until("05-10 08:00")
    clerk, old = life["clerk"], life["T2"]
    clerk.says("/quantri").taps("Đơn vị").says("T2").taps("Thay bí thư").taps("Đồng ý thay")
    code = CODE.findall(clerk.last.text)[0]
    new = life.people["T2"] = life.world.person(channel="zalo").says(code).taps("Đồng ý").says("Võ Thị Mới")
    assert "🏠 <b>Chi bộ thôn Tây 2</b>" in new.last.text
    tick_at(life.world, "05-11 08:00")
    assert "Cảm ơn đồng chí về công việc đã làm." in old.last.text
    assert "Việc đang chờ đồng chí" in new.last.text


def _june(life: Life) -> None:
    """Reports come, some are given back, the rest is nudged."""
    d1, d2, t1, k1 = (life[who] for who in ("D1", "D2", "T1", "K1"))
    life.until("06-20 10:00")
    hands_in(d1, "d1.pdf").says("3 mô hình").says("Cần tập huấn thêm cho người cao tuổi")
    life.until("06-22 21:30")
    hands_in(d2, "d2.pdf").says("bốn").taps("bỏ qua")
    life.mornings("06-23")
    looked_at(life, "D1").taps("Đạt")
    looked_at(life, "D2").taps("Trả lại").says("Thiếu số liệu người dân dùng dịch vụ công")
    deliver(life.world)
    assert d1.last.text.startswith("✅ <b>Báo cáo đạt: Báo cáo chuyển đổi số</b>")
    assert "📝 Thiếu số liệu người dân" in d2.last.text
    life.until("06-24 16:00")
    hands_in(t1, "t1.pdf").says("2").taps("bỏ qua")
    life.until("06-24 20:10")
    looked_at(life, "T1").taps("Trả lại").says("Bổ sung phụ lục")
    deliver(life.world)
    life.until("06-26 00:10")
    hands_in(k1, "k1.pdf").says("0").taps("bỏ qua")
    life.until("06-27 09:00")
    t1.taps("Nộp lại").hands(stored("t1-2.pdf", b"lan hai")).taps("Xong")
    assert "Đây là bản nộp lần 2" in t1.last.text
    looked_at(life, "T1").taps("Các bản đã nộp (2)").taps("Mở bản 2").taps("Đạt")
    _nudged(life)
    life.until("06-28 09:00")
    hands_in(life["T2"], "t2.pdf").says("1 mô hình").taps("bỏ qua")


def hands_in(talker: Talker, name: str) -> Talker:
    return talker.says("/nop").taps("Báo cáo chuyển đổi số").hands(stored(name, name.encode())).taps("Xong")


def looked_at(life: Life, cell: str) -> Talker:
    """The leader, to whom the plan has it handed in, opens the cell's last report."""
    leader = life["leader"].says(name_of(cell)).taps("Mở: Báo cáo chuyển đổi số")
    assert leader.last.files
    return leader


def _nudged(life: Life) -> None:
    """The leader has those reminded that are overdue; who cannot be reached is named."""
    leader, t2 = life["leader"], life["T2"]
    loses_contact(life.world, "T10")
    life.until("06-27 10:00")
    leader.says("/chuanop").taps("Báo cáo chuyển đổi số").taps("đơn vị quá hạn")
    leader.taps("Nhắc ")
    assert (
        f"Chưa có người đăng ký, văn phòng cần cấp mã mời (2): {name_of('D14')}, {name_of('T13')}"
        in leader.last.text
    )
    assert f"Mất liên lạc, cần gọi điện (1): {name_of('T10')}" in leader.last.text
    deliver(life.world)
    assert "Cấp ủy cấp trên nhắc" in t2.last.text
