"""The form that a plan is typed into, filled in as a clerk does it."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.plans.plan import PlanText
from bot.plans.workbook import read_plan_workbook, write_template
from bot.problems import Problem, Rejected
from bot.reading.words import fold
from tests.kit.desk import RecordingRenderer
from tests.kit.places import AGENDAS, TEMPLATES, ZONE

RENDER = RecordingRenderer(TEMPLATES, ZONE)

HEAD = {
    "Cơ quan ban hành": "Ban Thường vụ Đảng ủy xã",
    "Tên kế hoạch": "Sinh hoạt chuyên đề năm 2022",
    "Thực hiện từ ngày": date(2022, 1, 1),
    "Thực hiện đến ngày": date(2022, 12, 31),
}


def read(path: Path) -> PlanText:
    return read_plan_workbook(path, TEMPLATES)


def place(sheet: Worksheet, heading: str, row: int) -> str:
    """The cell under a heading of a table, or beside it on the head's sheet."""
    for cell in [*sheet[1], *sheet["A"]]:
        if cell.value and fold(str(cell.value)) == fold(heading):
            beside = sheet.title == "Kế hoạch"
            return f"B{cell.row}" if beside else f"{cell.column_letter}{row}"
    raise AssertionError(f"{sheet.title} has no {heading}")


@cache
def empty_form() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mau.xlsx"
        write_template(path, agendas=AGENDAS, templates=TEMPLATES)
        return path.read_bytes()


class Form:
    """The shipped template, filled in as a clerk does it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "don.xlsx"
        self.path.write_bytes(empty_form())
        self.book = load_workbook(self.path)
        self.rows = dict.fromkeys(self.book.sheetnames, 1)
        for heading, value in HEAD.items():
            self.put("Kế hoạch", heading, value)

    def put(self, sheet: str, heading: str, value: object, row: int = 2) -> str:
        cell = self.book[sheet][place(self.book[sheet], heading, row)]
        cell.value = value
        return f"{sheet}!{cell.coordinate}"

    def line(self, sheet: str, values: Mapping[str, object]) -> int:
        self.rows[sheet] += 1
        for heading, value in values.items():
            self.put(sheet, heading, value, self.rows[sheet])
        return self.rows[sheet]

    def read(self) -> PlanText:
        self.book.save(self.path)
        return read(self.path)

    def problems(self) -> list[Problem]:
        with pytest.raises(Rejected) as caught:
            self.read()
        for problem in caught.value.problems:
            said = RENDER.sentence(problem.code, problem.facts)
            assert "đồng chí" in said.lower(), said
        return caught.value.problems

    def faults(self) -> list[tuple[str, str]]:
        return [(p.place.removeprefix("don.xlsx "), p.code) for p in self.problems()]


def type_two_pages(form: Form) -> None:
    """ "Tự soi, tự sửa" of one commune in 2022: a pilot, all the others, reports around the meeting, one without a period."""
    form.put("Kế hoạch", "Số, ký hiệu", "12-KH/ĐU")
    form.put("Kế hoạch", "Ngày ban hành", "05/8/2022")
    form.put("Kế hoạch", "Tên kế hoạch", "Sinh hoạt chuyên đề  “Tự soi, tự sửa” ")
    form.put("Kế hoạch", "Thực hiện từ ngày", "ngày 05 tháng 8 năm 2022")
    form.put("Kế hoạch", "Ghép với sinh hoạt thường kỳ", "là một nội dung của buổi thường kỳ")
    form.put("Kế hoạch", "Nơi nhận", "- Ban Tuyên giáo Thị ủy;\n- Các chi bộ trực thuộc;\n- Lưu VPĐU")
    form.line("Chuyên đề", {"Mã chuyên đề": "Điểm", "Tên chuyên đề": "Tự soi, tự sửa (sinh hoạt điểm)",
        "Loại sinh hoạt": "Chuyên đề", "Kỳ thực hiện": "từ 05/8/2022 đến 09/9/2022", "Chỉ các đơn vị": "TPT3",
        "Khách mời": "Thường trực Đảng ủy; Các đồng chí bí thư chi bộ"})  # fmt: skip
    form.line("Chuyên đề", {"Tên chuyên đề": "Tự soi, tự sửa", "Loại sinh hoạt": "Chuyên đề",
        "Kỳ thực hiện": "10/9/2022 - 19/9/2022", "Trừ các đơn vị": "TPT3", "Sau chuyên đề": "điểm"})  # fmt: skip
    form.line("Văn bản", {"Thuộc phần": "Căn cứ", "Loại văn bản": "Kết luận", "Số, ký hiệu": "21-KL/TW",
        "Ngày văn bản": datetime(2021, 10, 25), "Nơi ban hành": "Ban Chấp hành Trung ương Đảng"})  # fmt: skip
    form.line("Việc phải làm", {"Tên việc": "Đăng ký thời gian", "Phải làm gì": "Nộp báo cáo", "Gửi ai": "Thường trực Đảng ủy",
        "Qua đâu": "Văn phòng Đảng ủy", "Cách tính hạn": "Trước ngày", "Ngày hạn": datetime(2022, 8, 25)})  # fmt: skip
    form.line("Việc phải làm", {"Tên việc": "Dự thảo chuyên đề", "Phải làm gì": "Nộp báo cáo",
        "Cách tính hạn": "trước buổi họp … ngày", "Số ngày": 5})  # fmt: skip
    form.line("Việc phải làm", {"Tên việc": "Chuyển dự thảo của {đơn vị}", "Phải làm gì": "Xác nhận", "Ai làm": "Văn phòng",
        "Cách tính hạn": "trước buổi họp … ngày", "Số ngày": "03", "Chờ việc nào xong": "Dự thảo chuyên đề",
        "Làm riêng cho": "từng đơn vị"})  # fmt: skip
    form.line("Việc phải làm", {"Tên việc": "Kết quả theo dõi", "Phải làm gì": "Nộp báo cáo", "Ai làm": "Đoàn công tác",
        "Cách tính hạn": "định kỳ"})  # fmt: skip
