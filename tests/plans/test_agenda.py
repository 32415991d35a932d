"""Agendas: the shipped ones are whole and in order, and unfold into the steps that are walked."""

from pathlib import Path

import pytest

from bot.plans.agenda import Agenda, fill_step_texts, unfold_agenda
from bot.plans.yaml_in import read_agenda
from bot.problems import Rejected

FOLDER = Path(__file__).parent.parent.parent / "templates" / "agendas"
BROKEN = """\
title: Thử
steps:
  - {key: a, title: "Mời {nobody}", asks: names}
  - {key: b, title: B, words: "Xin mời {document}", after: later}
  - {key: c, title: "{document}", for_each: person}
  - {key: d}
"""


def agenda(name: str) -> Agenda:
    return read_agenda(FOLDER / f"{name}.yaml")


def test_the_eight_steps_of_the_thematic_plan() -> None:
    steps = agenda("eight-steps").steps
    assert [(s.title, s.asks, s.after) for s in steps] == [
        ("Tuyên bố lý do, giới thiệu đại biểu (nếu có)", "none", False),
        (
            "Thông báo tình hình đảng viên (số đảng viên có mặt, vắng mặt, lý do vắng mặt); cử thư ký ghi chép "
            "nội dung sinh hoạt",
            "attendance",
            False,
        ),
        ("Bí thư chi bộ nêu mục đích, yêu cầu của buổi sinh hoạt chuyên đề", "none", False),
        (
            "Bí thư, phó bí thư chi bộ hoặc đảng viên được phân công chuẩn bị, trình bày báo cáo đề dẫn",
            "none",
            False,
        ),
        ("Bí thư gợi ý phát biểu thảo luận", "none", False),
        (
            "Đảng viên tham gia ý kiến vào báo cáo đề dẫn, tham gia các giải pháp để thực hiện chuyên đề tại "
            "cơ quan, đơn vị, doanh nghiệp",
            "speakers",
            False,
        ),
        ("Bí thư chi bộ tổng hợp, kết luận những nội dung đã được thảo luận", "notes", False),
        (
            "Cấp ủy chi bộ hoàn thiện báo cáo, gửi đảng viên trong chi bộ (hoặc gửi tổ đảng) nghiên cứu, học "
            "tập và báo cáo cấp ủy cấp trên trực tiếp",
            "none",
            True,
        ),
    ]


@pytest.mark.parametrize(
    ("name", "phases"),
    [
        ("regular", {"Mở đầu": 5, "Tiến hành": 4, "Kết thúc": 6}),
        ("thematic", {"Mở đầu": 4, "Tiến hành": 4, "Kết thúc": 2}),
        ("monthly-documents", {"Mở đầu": 2, "Báo cáo văn bản": 1, "Thảo luận": 1, "Kết thúc": 1}),
    ],
)
def test_the_phases_of_the_others(name: str, phases: dict[str, int]) -> None:
    found = [step.phase for step in agenda(name).steps]
    assert {str(phase): found.count(phase) for phase in dict.fromkeys(found)} == phases


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_agenda_can_be_led(path: Path) -> None:
    found = read_agenda(path)
    assert found.key == path.stem
    assert [step.asks for step in found.steps].count("attendance") == 1
    assert "notes" in [step.asks for step in found.steps]
    afterwards = [step.after for step in found.steps]
    assert afterwards == sorted(afterwards)
    for step in unfold_agenda(found, ["Nghị quyết A"]):
        words = fill_step_texts(str(step.words), {"unit": "Chi bộ 1", "topic": "Chuyên đề 1"})
        assert "{" not in words
        assert 20 < len(words) < 300


def test_each_document_is_a_step() -> None:
    steps = unfold_agenda(agenda("monthly-documents"), ["Nghị quyết A", "Kế hoạch {unit}"])
    assert [step.key for step in steps] == [
        "opening",
        "attendance",
        "document:1",
        "document:2",
        "discussion",
        "conclusion",
    ]
    first = steps[2]
    assert first.title == "Bí thư cấp ủy báo cáo văn bản: Nghị quyết A"
    assert first.words == "Tiếp theo, tôi xin báo cáo những nội dung chính của Nghị quyết A."
    assert (first.owner, first.for_each, first.phase) == ("Bí thư cấp ủy", None, "Báo cáo văn bản")
    assert "document" not in "".join(step.key for step in unfold_agenda(agenda("monthly-documents"), []))


def test_steps_without_a_loop_stay_as_they_are() -> None:
    found = agenda("regular")
    assert unfold_agenda(found, ["Nghị quyết A"]) == list(found.steps)


def test_filling_knows_its_names_and_leaves_the_rest() -> None:
    values = {"topic": "A {unit}", "unit": "B"}
    assert fill_step_texts("{topic}, {unit}, {other}, {", values) == "A {unit}, B, {other}, {"


def test_the_faults_of_an_agenda_by_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(BROKEN, "utf-8")
    with pytest.raises(Rejected) as caught:
        read_agenda(path)
    assert [(p.place, p.code) for p in caught.value.problems] == [
        ("mine.yaml:3 steps[0].title", "plan_placeholder"),
        ("mine.yaml:3 steps[0].asks", "plan_choice"),
        ("mine.yaml:4 steps[1].words", "plan_placeholder"),
        ("mine.yaml:4 steps[1].after", "plan_not_yes_no"),
        ("mine.yaml:5 steps[2].for_each", "plan_choice"),
        ("mine.yaml:6 steps[3].title", "plan_missing"),
    ]


def test_an_agenda_is_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("key: mine\ntitle: A\nsteps: [{key: a, title: A, optional: true}]\n", "utf-8")
    assert read_agenda(path).steps[0].optional
    path.write_text("title: A\nkey: yours\nsteps: [{key: a, title: A}]\n", "utf-8")
    with pytest.raises(Rejected) as caught:
        read_agenda(path)
    assert [(p.place, p.code) for p in caught.value.problems] == [("mine.yaml:2 key", "plan_agenda_name")]


def test_parts_inside_of_parts_have_one_spelling(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "title: A\nsteps:\n"
        "  - {key: a, title: A, phase: Tiến hành>Thảo luận}\n"
        "  - {key: b, title: B, phase: Tiến hành  ›  Kết luận, least_minutes: 5, most_minutes: '10'}\n"
        "  - {key: c, title: Từng người, for_each: member, asks: speakers}\n",
        "utf-8",
    )
    steps = unfold_agenda(read_agenda(path), ["Nghị quyết A"])
    assert [step.phase for step in steps] == ["Tiến hành › Thảo luận", "Tiến hành › Kết luận", None]
    assert (steps[1].least_minutes, steps[1].most_minutes) == (5, 10)
    assert (steps[2].key, steps[2].for_each, steps[2].title) == ("c", "member", "Từng người")
