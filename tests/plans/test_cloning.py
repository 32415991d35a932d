"""A plan for another year: what moves, what stays, and what a person is asked to decide."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plans.agenda import PLACEHOLDER, Agenda
from bot.plans.cloning.draft import clone_plan
from bot.plans.cloning.written_years import Move
from bot.plans.fields import Document, Window
from bot.plans.guidance.rules import Rules, document_lists, read_rules, with_minutes
from bot.plans.plan import Decision, PlanText, plan_from_json, plan_to_json
from bot.plans.yaml_in import read_agenda, read_plan
from bot.plans.yaml_out import plan_to_yaml
from bot.problems import Invalid

ROOT = Path(__file__).parent.parent.parent
PLANS = sorted((ROOT / "schedules" / "plans").glob("*.yaml"))
AGENDAS = ROOT / "templates" / "agendas"
STUDY, THEMES, YEARS = "60-KH-DUK-2022", "42-KH-DUK-2022", "ket-luan-01-21-ky-loi-2022"

shipped_plans = pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)


@cache
def rules() -> Rules:
    return read_rules(ROOT / "schedules" / "rules.yaml")


@cache
def sentences() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((ROOT / "templates" / "plans" / "cloning.yaml").read_text("utf-8"))
    return found


@cache
def shipped() -> dict[str, Agenda]:
    return {path.stem: read_agenda(path) for path in AGENDAS.glob("*.yaml")}


@cache
def plan(stem: str) -> PlanText:
    return read_plan(ROOT / "schedules" / "plans" / f"{stem}.yaml", agendas=AGENDAS)


def made(source: PlanText, year: int) -> PlanText:
    return clone_plan(source, year, rules(), sentences())


def written(folder: Path, text: str) -> PlanText:
    path = folder / "plan.yaml"
    path.write_text(text, "utf-8")
    return read_plan(path, agendas=AGENDAS)


def whys(draft: PlanText, field: str) -> list[str]:
    return [one.why for one in draft.decide if one.field == field]


def documents(source: PlanText) -> list[tuple[Document, ...]]:
    return [found for _, found in document_lists(source)]


@shipped_plans
@pytest.mark.parametrize("year", [2021, 2024, 2027, 2028])
def test_a_clone_is_a_sound_plan(tmp_path: Path, path: Path, year: int) -> None:
    source = plan(path.stem)
    before = plan_to_json(source)
    draft = made(source, year)
    assert plan_to_json(source) == before
    assert made(source, year) == draft
    assert written(tmp_path, plan_to_yaml(draft, shipped())) == draft
    assert plan_from_json(plan_to_json(draft)) == draft
    assert draft.head.starts.year == year
    assert draft.head.ends.year - year == source.head.ends.year - source.head.starts.year
    assert (draft.head.symbol, draft.head.date) == (None, None)
    assert documents(draft) == documents(source)
    assert (draft.agendas, draft.ladders) == (source.agendas, source.ladders)


@shipped_plans
def test_a_clone_of_a_clone_is_the_clone(path: Path) -> None:
    source = plan(path.stem)
    assert made(made(source, 2027), 2030) == made(source, 2030)
    back = made(made(source, 2027), source.head.starts.year)
    assert back == made(source, source.head.starts.year)
    kept = {"topics": back.topics, "duties": back.duties, "starts": back.head.starts, "ends": back.head.ends}
    assert kept == {
        "topics": source.topics,
        "duties": source.duties,
        "starts": source.head.starts,
        "ends": source.head.ends,
    }


@shipped_plans
def test_every_decision_has_its_place_and_a_whole_sentence(path: Path) -> None:
    draft = made(plan(path.stem), 2027)
    assert draft.decide[0].field == "plan.symbol"
    assert len(set(draft.decide)) == len(draft.decide)
    for one in draft.decide:
        assert "Đồng chí" in one.why, one
        assert not set(PLACEHOLDER.findall(one.why)) & {
            "title",
            "day",
            "year",
            "by",
            "places",
            "advice",
            "document",
        }
        value: object = draft.model_dump(by_alias=True)
        for part in one.field.replace("[", ".").replace("]", "").split("."):
            value = value[int(part)] if isinstance(value, (list, tuple)) else value[part]  # type: ignore[index]


@shipped_plans
def test_lists_of_documents_are_looked_through_again(path: Path) -> None:
    draft = made(plan(path.stem), 2027)
    for field, found in document_lists(plan(path.stem)):
        assert any(f"{len(found)} văn bản" in why for why in whys(draft, field))


def test_the_study_plan_in_2027() -> None:
    draft = made(plan(STUDY), 2027)
    assert (draft.head.starts, draft.head.ends) == (date(2027, 4, 1), date(2027, 12, 31))
    assert draft.head.title == plan(STUDY).head.title
    months = [f"2027-{month:02}" for month in range(4, 12)]
    assert [topic.key for topic in draft.topics] == months
    assert draft.topics[0].title == (
        "Sinh hoạt chính trị tháng 4/2027 về xây dựng, chỉnh đốn Đảng và hệ thống chính trị"
    )
    assert [topic.period for topic in draft.topics] == [Window.model_validate(month) for month in months]
    duties = {duty.key: duty for duty in draft.duties}
    assert list(duties) == [duty.key for duty in plan(STUDY).duties]
    assert duties["bao-cao-quy"] in plan(STUDY).duties
    half, end = duties["tong-hop-quy-2"], duties["tong-hop-cuoi-nam"]
    assert (half.due.by, half.opens) == (date(2027, 6, 30), None)
    assert half.title == "Báo cáo kết quả triển khai đợt sinh hoạt chính trị cuối quý II/2027"
    assert (end.due.by, end.opens) == (date(2027, 11, 30), date(2027, 11, 1))


def test_what_the_study_plan_asks_in_2027() -> None:
    draft = made(plan(STUDY), 2027)
    fields = [one.field for one in draft.decide]
    assert [field for field in fields if field.startswith("topics")] == [
        f"topics[{n}].documents" for n in range(8)
    ]
    assert [field for field in fields if field.startswith("plan.documents")] == [
        "plan.documents[1]",
        "plan.documents[3]",
        "plan.documents[4]",
        "plan.documents",
    ]
    assert [field for field in fields if field.startswith("duties")] == [
        "duties[0].to",
        "duties[0].via",
        "duties[1].to",
    ]
    assert "plan.issuer" in fields
    assert whys(draft, "plan.symbol") == [
        "Kế hoạch năm 2027 chưa có số và ngày ban hành. Đồng chí ghi số, ký hiệu và ngày của văn bản mới."
    ]
    assert whys(draft, "plan.documents[4]") == [
        "Theo thông tin hiện có, Quy định 24-QĐ/TW (30/7/2021) đã được thay thế bằng Quy định 294-QĐ/TW (26/5/2025), "
        "từ 01/7/2025; sau đó là Quy định 20-QĐ/TW; sau đó là Quy định 208-QĐ/TW (26/7/2026), từ 26/7/2026. "
        "Đồng chí kiểm tra lại trước khi ghi văn bản mới."
    ]
    assert whys(draft, "duties[1].to")[0].endswith(" Còn ở: duties[2].to.")


def test_the_thematic_plan_in_2027() -> None:
    source, draft = plan(THEMES), made(plan(THEMES), 2027)
    assert draft.head.title == "Tổ chức sinh hoạt chi bộ theo Chuyên đề năm 2027"
    assert [topic.key for topic in draft.topics] == [topic.key for topic in source.topics]
    quarters = [topic.period for topic in draft.topics if topic.key in ("cd-1", "cd-2", "cd-3", "cd-4")]
    assert quarters == [Window.model_validate(f"2027-Q{number}") for number in range(1, 5)]
    due = {duty.key: duty.due.before for duty in draft.duties if duty.due.before}
    assert due == {
        "de-cuong-1": date(2027, 2, 20),
        "de-cuong-2": date(2027, 3, 30),
        "de-cuong-3-doanh-nghiep": date(2027, 3, 30),
        "de-cuong-3-co-quan": date(2027, 3, 30),
        "ke-hoach": date(2027, 2, 28),
        "ket-qua": date(2027, 12, 25),
        "tong-hop": date(2027, 12, 31),
    }
    titles = {duty.key: duty.title for duty in draft.duties}
    assert titles["ke-hoach"] == "Kế hoạch sinh hoạt chuyên đề năm 2027"
    assert [one for one in draft.duties if one.due.after_meeting is not None] == [
        one for one in source.duties if one.due.after_meeting is not None
    ]


def test_a_last_day_on_a_rest_day_is_asked_about_with_its_safe_day() -> None:
    draft = made(plan(THEMES), 2027)
    number = next(index for index, duty in enumerate(draft.duties) if duty.key == "ke-hoach")
    resting = [one for one in draft.decide if one.field.endswith(".due")]
    assert resting == [
        Decision(
            field=f"duties[{number}].due",
            why="Hạn cuối của “Kế hoạch sinh hoạt chuyên đề năm 2027” là 27/02/2027, đúng ngày nghỉ (thứ Bảy). "
            "Ngày an toàn là 26/02/2027. Đồng chí giữ hạn này hoặc chọn ngày khác.",
        )
    ]


def test_a_plan_of_several_years_keeps_its_length() -> None:
    source, draft = plan(YEARS), made(plan(YEARS), 2027)
    assert (draft.head.starts, draft.head.ends) == (date(2027, 3, 22), date(2030, 12, 31))
    assert "chu-de-2027" in [topic.key for topic in draft.topics]
    moved = [
        (duty.due.topics, duty.waits)
        for duty in draft.duties
        if "chu-de-2027" in (duty.waits, *duty.due.topics)
    ]
    assert moved == [(("chu-de-2027",), "ke-hoach-ca-nhan"), ((), "chu-de-2027")]
    titles = [duty.title for duty in draft.duties]
    assert any(
        title.startswith("Đăng ký xây dựng mô hình, điển hình năm 2027 và giai đoạn 2027-2030")
        for title in titles
    )
    assert draft.head.title == source.head.title  # days of two conclusions


def test_the_years_of_an_anniversary_are_proposed() -> None:
    draft = made(plan("tu-soi-tu-sua-huyen-uy-2022"), 2027)
    found = [one.why for one in draft.decide if "137" in one.why]
    assert len(found) == 1
    assert "“132 năm”. Tính từ năm 1890, đến năm 2027 là 137 năm." in found[0]
    again = made(draft, 2030)
    assert [one.why for one in again.decide if "140 năm" in one.why]
    assert not [one.why for one in again.decide if "137" in one.why]


def test_a_pilot_unit_is_asked_about_by_its_code() -> None:
    draft = made(plan("tu-soi-tu-sua-ky-loi-2022"), 2027)
    assert [one.field for one in draft.decide if "mã TPT3" in one.why] == [
        "topics[1].who.units",
        "topics[2].who.except",
    ]


MADE = """\
plan:
  symbol: 07-KH/ĐU
  date: 2023-06-20
  issuer: Đảng ủy xã
  title: Kế hoạch năm 2023 - 2024, thực hiện Kế hoạch số 05-KH/TU ngày 03/02/2023 của Tỉnh ủy
  starts: 2023-07-01
  ends: 2024-06-30
  basis:
    - {type: Kế hoạch, symbol: 05-KH/TU, date: 2023-02-03, issuer: Tỉnh ủy, title: về công tác năm 2023}
topics:
  - {key: 2023-09, title: Chuyên đề tháng 9/2023, meeting: thematic, period: 2023-09, theme: chung-2023}
  - {key: 2024-02, title: Chuyên đề tháng 02 năm 2024, meeting: thematic, period: 2024-02, follows: 2023-09}
  - {key: dip, title: Dịp 29/2/2024, meeting: thematic, period: {from: 2024-02-10, to: 2024-02-29}}
  - {key: thu, title: Kỷ niệm 10 năm thành lập đơn vị, meeting: thematic, period: 2024-Q1}
  - {key: hang-thang, title: Hằng tháng, meeting: regular, every: month, period: {from: 2023-07-15, to: 2024-02-29}}
duties:
  - {key: bc-2024, do: report, title: Báo cáo đến ngày 29/02/2024, due: {by: 2024-02-29}, opens: 2024-02-29}
  - {key: gui, do: confirm, title: "Gửi {topic}", due: {after_meeting: 3, topics: [2023-09, 2024-02]}, waits: 2024-02}
  - {key: sau, do: confirm, title: Sau báo cáo 2022-2025, due: {after_waiting: 2}, waits: bc-2024}
  - {key: thang, do: report, title: "Tháng {period}", due: {every: month, from: 2024-01-01, to: 2024-02-29}}
"""


def test_a_plan_that_runs_into_the_next_year(tmp_path: Path) -> None:
    draft = made(written(tmp_path, MADE), 2026)
    assert (draft.head.starts, draft.head.ends) == (date(2026, 7, 1), date(2027, 6, 30))
    assert (
        draft.head.title
        == "Kế hoạch năm 2026 - 2027, thực hiện Kế hoạch số 05-KH/TU ngày 03/02/2023 của Tỉnh ủy"
    )
    assert draft.head.basis[0].title == "về công tác năm 2023"
    first, second, third, *_ = draft.topics
    assert (first.key, first.title, first.theme) == ("2026-09", "Chuyên đề tháng 9/2026", "chung-2026")
    assert (second.key, second.title, second.follows) == ("2027-02", "Chuyên đề tháng 02 năm 2027", "2026-09")
    assert second.period == Window.model_validate("2027-02")
    assert (third.title, third.period) == (
        "Dịp 28/2/2027",
        Window.model_validate({"from": "2027-02-10", "to": "2027-02-28"}),
    )
    report, sent, after, monthly = draft.duties
    assert (report.key, report.title) == ("bc-2027", "Báo cáo đến ngày 28/02/2027")
    assert (report.due.by, report.opens) == (date(2027, 2, 28), date(2027, 2, 28))
    assert (sent.due.topics, sent.waits) == (("2026-09", "2027-02"), "2027-02")
    assert (after.waits, after.title) == ("bc-2027", "Sau báo cáo 2022-2025")
    assert (monthly.due.first, monthly.due.last) == (date(2027, 1, 1), date(2027, 2, 28))
    assert written(tmp_path, plan_to_yaml(draft, shipped())) == draft


def test_february_grows_where_it_is_whole(tmp_path: Path) -> None:
    shorter = made(written(tmp_path, MADE), 2026)
    longer = made(shorter, 2027)
    periods = [topic.period for topic in longer.topics]
    assert periods[1] == Window.model_validate("2028-02")
    assert periods[2] == Window.model_validate({"from": "2028-02-10", "to": "2028-02-28"})  # a free window
    assert periods[4] == Window.model_validate({"from": "2027-07-15", "to": "2028-02-29"})  # its last month
    assert longer.duties[0].due.by == date(2028, 2, 28)
    assert longer.duties[3].due.last == date(2028, 2, 29)


def test_a_count_of_years_goes_on_from_the_same_year(tmp_path: Path) -> None:
    source = written(tmp_path, MADE)
    asked = "“10 năm”. Nếu là số năm tính từ 2014 thì đến năm {} là {} năm."
    draft = made(source, 2026)
    assert asked.format(2027, 13) in whys(draft, "topics[3].title")[0]
    assert asked.format(2030, 16) in whys(made(draft, 2029), "topics[3].title")[0]
    assert whys(made(draft, 2023), "topics[3].title") == []


def test_what_the_plan_had_open_stays_open(tmp_path: Path) -> None:
    own = Decision(field="topics[0].documents", why="Nguồn không ghi rõ tài liệu.")
    source = written(tmp_path, MADE).model_copy(update={"decide": (own,)})
    draft = made(source, 2026)
    assert draft.decide[-1] == own
    assert made(draft, 2029) == made(source, 2029)


def test_keys_stay_where_two_would_be_the_same(tmp_path: Path) -> None:
    text = MADE.replace("{key: thu,", "{key: 2026-09,")
    draft = made(written(tmp_path, text), 2026)
    assert [topic.key for topic in draft.topics][:2] == ["2023-09", "2024-02"]
    assert draft.duties[1].due.topics == ("2023-09", "2024-02")
    assert written(tmp_path, plan_to_yaml(draft, shipped())) == draft


def test_the_confirmation_of_minutes_follows_the_new_year(tmp_path: Path) -> None:
    bare = made(written(tmp_path, MADE), 2026)
    loaded = with_minutes(bare, rules())
    assert loaded != bare
    assert made(loaded, 2027) == with_minutes(made(bare, 2027), rules())
    assert "dang-so-tay" not in [duty.key for duty in made(loaded, 2019).duties]
    assert "minutes" not in made(loaded, 2019).ladders


@pytest.mark.parametrize(("stem", "year"), [(THEMES, 1899), (THEMES, 2100), (YEARS, 2097)])
def test_a_year_too_far_is_refused(stem: str, year: int) -> None:
    with pytest.raises(Invalid) as caught:
        made(plan(stem), year)
    assert (caught.value.code, caught.value.facts) == (
        "clone_year",
        {"year": year, "first": 1900, "last": 2099},
    )


@pytest.mark.parametrize(
    ("title", "moved"),
    [
        ("Chuyên đề năm 2022", "Chuyên đề năm 2027"),
        ("tháng 4/2022, quý II-2022", "tháng 4/2027, quý II-2027"),
        ("năm 2022 và 2023", "năm 2027 và 2028"),
        ("năm 2021, 2024", "năm 2021, 2024"),
        ("giai đoạn 2022-2023", "giai đoạn 2027-2028"),
        ("giai đoạn 2022–2025", "giai đoạn 2022–2025"),
        ("trước ngày 15/6/2022", "trước ngày 15/6/2027"),
        ("ngày 15 tháng 6 năm 2022", "ngày 15 tháng 6 năm 2027"),
        ("Kế hoạch số 31-KH/ĐUK, ngày 05/3/2022", "Kế hoạch số 31-KH/ĐUK, ngày 05/3/2022"),
        ("Kết luận số 01 - KL/TW (18/5/2022) năm 2022", "Kết luận số 01 - KL/TW (18/5/2022) năm 2027"),
        ("Kết luận số 01, ngày 18/5/2022", "Kết luận số 01, ngày 18/5/2022"),
        ("Chỉ thị 05-CT/TW ngày 15 tháng 5 năm 2022", "Chỉ thị 05-CT/TW ngày 15 tháng 5 năm 2022"),
        ("văn bản ngày 10/3/2022 của Thường vụ", "văn bản ngày 10/3/2022 của Thường vụ"),
        ("Quy định 2022-QĐ/TU trong năm 2022", "Quy định 2022-QĐ/TU trong năm 2027"),
        ("Luật 29/2022/QH15", "Luật 29/2022/QH15"),
        ("12022 và 20222", "12022 và 20222"),
    ],
)
def test_years_in_titles(title: str, moved: str) -> None:
    assert Move(2022, 2023, 5).title(title) == moved
    assert Move(2022, 2023, 0).title(title) == title


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(PLANS), st.integers(2023, 2090), st.integers(2023, 2090))
def test_any_year_can_be_reached_by_way_of_any_other(path: Path, over: int, year: int) -> None:
    source = plan(path.stem)
    assert made(made(source, over), year) == made(source, year)
