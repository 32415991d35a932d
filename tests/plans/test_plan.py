"""The plan file: what is understood, what is refused with its line and field, and what is expected of a unit."""

from dataclasses import replace
from datetime import date, time
from functools import cache
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, StrictUndefined
from pydantic import BaseModel, ValidationError

from bot.calendar import Relative, Side
from bot.periods import period_named
from bot.plans import yaml_in as plan_file
from bot.plans.agenda import AgendaStep
from bot.plans.deadlines import dated_title, undated_title
from bot.plans.expected import expected_duties
from bot.plans.fields import Document, FigureText, SourceKey, Who, Window
from bot.plans.ladders import LADDERS, LadderLine, LadderRung
from bot.plans.plan import (
    Due,
    DutyText,
    Head,
    PlanText,
    TopicText,
    Variant,
    ladder_of,
    plan_from_json,
    plan_to_json,
    topic_documents,
    topic_of,
)
from bot.plans.who import UnitProfile
from bot.plans.yaml_in import read_plan
from bot.problems import Problem, Rejected

ROOT = Path(__file__).parent.parent.parent
AGENDAS = ROOT / "templates" / "agendas"

BASE = """\
plan:
  symbol: 01-KH/ĐU
  date: 2022-02-01
  issuer: Đảng ủy xã
  title: Kế hoạch thử
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - key: q1
    title: Chuyên đề một
    meeting: thematic
    period: 2022-Q1
    who: {kinds: [chi_bo], direct: yes}
    documents:
      - {type: Kết luận, symbol: 21-KL/TW, date: 2021-10-25, issuer: Trung ương}
      - {type: Tài liệu, title: Đề cương}
  - key: q2
    title: Chuyên đề hai
    meeting: regular
    period: 2022-Q2
    agenda: mine
    ladder: short
    variants:
      - {key: business, who: {sectors: [doanh_nghiep]}, title: Bản doanh nghiệp}
      - {key: other, title: Bản khác}
duties:
  - key: report
    do: report
    title: Báo cáo quý {period}
    due: {every: quarter}
  - key: plan
    do: confirm
    title: Lập kế hoạch
    due: {before: 2022-02-28}
    opens: 2022-02-01
  - key: send
    do: report
    title: "Gửi chuyên đề: {topic}"
    due: {after_meeting: 2, topics: [q1]}
ladders:
  short:
    - {key: today, at: "meeting+0d 07:00", say: today}
    - {key: late, at: due+1d, say: late, when: unscheduled}
agendas:
  mine:
    title: Chương trình riêng
    steps:
      - {key: open, title: Khai mạc}
      - {key: talk, title: Thảo luận, asks: notes}
"""

# code, what is replaced in BASE, by what, the line and the field of the problem
BROKEN = [
    ("plan_yaml", "title: Kế hoạch thử", "title: Kế hoạch: thử", 5, ""),
    ("plan_yaml", "  issuer: Đảng", "\tissuer: Đảng", 4, ""),
    ("plan_yaml", "Chuyên đề hai", "Chuyên đề \x07hai", 18, ""),
    ("plan_alias", "title: Chuyên đề một", "title: &t Một\n    who: *t", 11, "topics[0].who"),
    ("plan_key_not_text", "duties:\n", "? [a]\n: b\nduties:\n", 26, ""),
    ("plan_duplicate_field", "  starts: 2022-01-01", "  title: Khác\n  starts: 2022-01-01", 6, "plan.title"),
    ("plan_empty", "  title: Kế hoạch thử", "  title:", 5, "plan.title"),
    ("plan_empty", "  title: Kế hoạch thử", '  title: "  "', 5, "plan.title"),
    ("plan_empty", "    period: 2022-Q1", "    period: ~", 12, "topics[0].period"),
    ("plan_empty", "    steps:\n      - {key: open, title: Khai mạc}\n      - {key: talk, title: Thảo luận, asks: notes}\n", "    steps: []\n", 47, "agendas.mine.steps"),
    ("plan_missing", "    title: Chuyên đề hai\n", "", 17, "topics[1].title"),
    ("plan_missing", "plan:\n", "else:\n", 1, "plan"),
    ("plan_unknown_field", "    title: Chuyên đề hai", "    titel: x\n    title: Chuyên đề hai", 18, "topics[1].titel"),
    ("plan_unknown_field", "{key: talk, title: Thảo luận, asks", "{key: talk, title: Thảo luận, aks: x, asks", 49, "agendas.mine.steps[1].aks"),
    ("plan_not_text", "title: Chuyên đề hai", "title: [a, b]", 18, "topics[1].title"),
    ("plan_not_a_list", "kinds: [chi_bo]", "kinds: chi_bo", 13, "topics[0].who.kinds"),
    ("plan_not_a_list", "duties:\n", "duties: none\nold:\n", 26, "duties"),
    ("plan_not_a_mapping", "who: {kinds: [chi_bo], direct: yes}", "who: chi_bo", 13, "topics[0].who"),
    ("plan_not_a_mapping", "ladders:\n", "ladders: short\nold:\n", 40, "ladders"),
    ("plan_choice", "meeting: thematic", "meeting: them", 11, "topics[0].meeting"),
    ("plan_choice", "say: today", "say: [x]", 42, "ladders.short[0].say"),
    ("plan_too_long", "Chuyên đề hai", "hai" * 400, 18, "topics[1].title"),
    ("plan_bad_key", "key: q2", "key: Quý 2", 17, "topics[1].key"),
    ("plan_bad_key", "  short:\n", "  Ngắn:\n", 41, "ladders.Ngắn"),
    ("plan_not_a_date", "starts: 2022-01-01", "starts: 2022-02-30", 6, "plan.starts"),
    ("plan_not_a_date", "starts: 2022-01-01", "starts: đầu năm", 6, "plan.starts"),
    ("plan_not_a_date", "starts: 2022-01-01", "starts: 0202-01-01", 6, "plan.starts"),
    ("plan_not_a_number", "after_meeting: 2", "after_meeting: hai", 39, "duties[2].due.after_meeting"),
    ("plan_not_a_number", "after_meeting: 2", "after_meeting: 1101", 39, "duties[2].due.after_meeting"),
    ("plan_not_yes_no", "direct: yes", "direct: maybe", 13, "topics[0].who.direct"),
    ("plan_unknown_kind", "[chi_bo]", "[chi_bo, chibo]", 13, "topics[0].who.kinds[1]"),
    ("plan_unknown_sector", "[doanh_nghiep]", "[kinh_doanh]", 24, "topics[1].variants[0].who.sectors[0]"),
    ("plan_bad_url", "title: Đề cương}", 'title: A, url: "javascript:x"}', 16, "topics[0].documents[1].url"),
    ("plan_bad_path", "title: Đề cương}", "title: A, file: ../a.pdf}", 16, "topics[0].documents[1].file"),
    ("plan_document_unnamed", ", title: Đề cương}", "}", 16, "topics[0].documents[1]"),
    ("plan_bad_period", "period: 2022-Q1", "period: 2022-Q5", 12, "topics[0].period"),
    ("plan_period_order", "period: 2022-Q1", "period: {from: 2022-03-01, to: 2022-02-01}", 12, "topics[0].period"),
    ("plan_period_order", "ends: 2022-12-31", "ends: 2021-12-31", 1, "plan"),
    ("plan_due_choice", "{every: quarter}", "{every: quarter, by: 2022-02-01}", 30, "duties[0].due"),
    ("plan_due_choice", "{every: quarter}", "{}", 30, "duties[0].due"),
    ("plan_due_extra", "{before: 2022-02-28}", "{before: 2022-02-28, from: 2022-01-01}", 34, "duties[1].due"),
    ("plan_due_extra", "{before: 2022-02-28}", "{before: 2022-02-28, topics: [q1]}", 34, "duties[1].due"),
    ("plan_due_extra", "    period: 2022-Q1", "    gaps: yes\n    period: 2022-Q1", 9, "topics[0]"),
    ("plan_due_extra", "    period: 2022-Q1", "    every: quarter\n    asks_last: yes", 9, "topics[0]"),
    ("plan_due_extra", "{every: quarter}", "{every: quarter, within: Q1}", 30, "duties[0].due"),
    ("plan_due_extra", "{every: quarter}", "{every: quarter, count: working}", 30, "duties[0].due"),
    ("plan_due_extra", "    opens: 2022-02-01", "    of: {kinds: [chi_bo]}", 31, "duties[1]"),
    ("plan_bad_within", "{every: quarter}", "{every: year, within: Q5}", 30, "duties[0].due.within"),
    ("plan_waits_missing", "quý {period}\n    due: {every: quarter}", "quý\n    due: {after_waiting: 5}", 27, "duties[0]"),
    ("plan_unknown_waits", "    opens: 2022-02-01", "    waits: reports", 35, "duties[1].waits"),
    ("plan_waits_ring", "    opens: 2022-02-01", "    waits: plan", 35, "duties[1].waits"),
    ("plan_waits_ring", "    period: 2022-Q1", "    follows: q1\n    period: 2022-Q1", 12, "topics[0].follows"),
    ("plan_unknown_topic", "    period: 2022-Q1", "    follows: q9\n    period: 2022-Q1", 12, "topics[0].follows"),
    ("plan_placeholder", "title: Lập kế hoạch", 'title: "Lập cho {unit}"', 33, "duties[1].title"),
    ("plan_opens_not_here", "{every: quarter}", "{every: quarter}\n    opens: 2022-01-01", 31, "duties[0].opens"),
    ("plan_bad_rung", "at: due+1d", "at: tomorrow", 43, "ladders.short[1].at"),
    ("plan_bad_rung", "at: due+1d", "at: due+3h", 43, "ladders.short[1].at"),
    ("plan_bad_rung", "meeting+0d 07:00", "meeting+3h 07:00", 42, "ladders.short[0].at"),
    ("plan_bad_rung", "meeting+0d 07:00", "meeting+0d 25:00", 42, "ladders.short[0].at"),
    ("plan_placeholder", "Báo cáo quý {period}", "Báo cáo {quy}", 29, "duties[0].title"),
    ("plan_placeholder", "title: Lập kế hoạch", 'title: "Lập {period}"', 33, "duties[1].title"),
    ("plan_placeholder", "title: Khai mạc}", 'title: Khai mạc, words: "{document}"}', 48, "agendas.mine.steps[0].words"),
    ("plan_duplicate_key", "key: q2", "key: q1", 17, "topics[1].key"),
    ("plan_duplicate_key", "key: report", "key: q2", 27, "duties[0].key"),
    ("plan_duplicate_key", "key: other", "key: business", 25, "topics[1].variants[1].key"),
    ("plan_duplicate_key", "{key: late,", "{key: today,", 43, "ladders.short[1].key"),
    ("plan_duplicate_key", "{key: talk", "{key: open", 47, "agendas.mine.steps"),
    ("plan_unknown_ladder", "ladder: short", "ladder: shrot", 22, "topics[1].ladder"),
    ("plan_unknown_agenda", "agenda: mine", "agenda: eight-step", 21, "topics[1].agenda"),
    ("plan_unknown_topic", "topics: [q1]", "topics: [q1, q3]", 39, "duties[2].due.topics[1]"),
    ("plan_unknown_topic", "{every: quarter}", "{every: quarter}\n    material_for: q9", 31, "duties[0].material_for"),
    ("plan_material_turns", "{every: quarter}", "{every: quarter}\n    material_for: q1", 31, "duties[0].material_for"),
    ("plan_unknown_variant", " quý {period}\n    due: {every: quarter}", "\n    due: {by: 2022-03-31}\n    material_for: q2\n    material_variant: x", 32, "duties[0].material_variant"),
    ("plan_due_extra", "{every: quarter}", "{every: quarter}\n    material_variant: other", 27, "duties[0]"),
    ("plan_due_extra", "    opens: 2022-02-01", "    material_for: q1", 31, "duties[1]"),
    ("plan_due_extra", " quý {period}\n    due: {every: quarter}", "\n    due: {after_meeting: 3}\n    material_for: q2", 27, "duties[0]"),
    ("plan_outside_window", "period: 2022-Q2", "period: 2023-Q2", 20, "topics[1].period"),
    ("plan_outside_window", "{before: 2022-02-28}", "{before: 2023-02-28}", 34, "duties[1].due"),
    ("plan_variant_otherwise", "{key: other, title", "{key: other, who: {sectors: [co_quan]}, title", 25, "topics[1].variants[1].who"),
    ("plan_variant_unreachable", "who: {sectors: [doanh_nghiep]}, ", "", 24, "topics[1].variants[0]"),
    ("plan_variant_nobody", "{sectors: [doanh_nghiep]}", "{kinds: [dang_uy]}", 24, "topics[1].variants[0].who"),
    ("plan_due_never", "{every: quarter}", "{every: quarter, from: 2022-01-01, to: 2022-03-30}", 30, "duties[0].due"),
    ("plan_opens_late", "opens: 2022-02-01", "opens: 2022-02-28", 35, "duties[1].opens"),
    ("plan_ladder_needs_meeting", "    opens: 2022-02-01", "    ladder: short", 35, "duties[1].ladder"),
    ("plan_document_twice", "{type: Tài liệu, title: Đề cương}", "{type: KL, symbol: 21-KL/TW, date: 2021-10-25, issuer: Trung ương}", 16, "topics[0].documents[1]"),
    ("plan_agenda_name", "    title: Chương trình riêng", "    key: yours\n    title: Chương trình riêng", 46, "agendas.mine.key"),
    ("plan_minutes", "asks: notes}", "asks: notes, least_minutes: nhiều}", 49, "agendas.mine.steps[1].least_minutes"),
    ("plan_minutes", "asks: notes}", "asks: notes, most_minutes: 0}", 49, "agendas.mine.steps[1].most_minutes"),
    ("plan_minutes_order", "asks: notes}", "asks: notes, least_minutes: 20, most_minutes: 10}", 49, "agendas.mine.steps[1]"),
]  # fmt: skip


def unit(
    kind: str = "chi_bo", sector: str | None = "co_quan", direct: bool = True, code: str = "CB1"
) -> UnitProfile:
    return UnitProfile(code, kind, sector, direct)


def read(folder: Path, text: str) -> PlanText:
    path = folder / "plan.yaml"
    path.write_text(text, "utf-8")
    return read_plan(path, agendas=AGENDAS)


def problems(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(Rejected) as caught:
        read(folder, text)
    return caught.value.problems


@cache
def sentences() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((ROOT / "templates" / "problems" / "plan.yaml").read_text("utf-8"))
    return found


def sentence(problem: Problem) -> str:
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(sentences()[problem.code]).render(problem.facts)


@pytest.mark.parametrize(("code", "old", "new", "line", "path"), BROKEN)
def test_a_fault_is_named_by_line_and_field(
    tmp_path: Path, code: str, old: str, new: str, line: int, path: str
) -> None:
    assert BASE.count(old) == 1
    found = problems(tmp_path, BASE.replace(old, new))
    assert (f"plan.yaml:{line} {path}".rstrip(), code) in [(p.place, p.code) for p in found]
    for problem in found:
        assert "đồng chí" in sentence(problem).lower()


def test_every_code_has_a_sentence_and_a_test() -> None:
    elsewhere = {"plan_file_unreadable", "plan_file_not_utf8", "plan_file_empty", "plan_wrong"}
    loading = {
        "plan_ask_span",
        "plan_ask_day",
        "plan_ask_last",
        "plan_decide",
    }  # no fault of the file: tests/duties/test_patterns.py
    assert {code for code, *_ in BROKEN} | elsewhere | loading == set(sentences())


def test_all_faults_come_at_once_by_line(tmp_path: Path) -> None:
    text = (
        BASE.replace("date: 2022-02-01\n  issuer", "date: hôm qua\n  issuer")
        .replace("Chuyên đề một\n    meeting: thematic", "Chuyên đề một\n    meeting: them")
        .replace("agenda: mine", "agenda: min")
        .replace("{key: late,", "{key: today,")
        .replace("topics: [q1]", "topics: [q1, q9]")
    )
    assert [(p.place, p.code) for p in problems(tmp_path, text)] == [
        ("plan.yaml:3 plan.date", "plan_not_a_date"),
        ("plan.yaml:11 topics[0].meeting", "plan_choice"),
        ("plan.yaml:21 topics[1].agenda", "plan_unknown_agenda"),
        ("plan.yaml:39 duties[2].due.topics[1]", "plan_unknown_topic"),
        ("plan.yaml:43 ladders.short[1].key", "plan_duplicate_key"),
    ]


def test_a_broken_agenda_or_ladder_is_not_also_called_unknown(tmp_path: Path) -> None:
    text = BASE.replace("asks: notes", "asks: much").replace("at: due+1d", "at: soon")
    assert [p.code for p in problems(tmp_path, text)] == ["plan_bad_rung", "plan_choice"]


def test_an_unknown_name_comes_with_the_nearest_known_one(tmp_path: Path) -> None:
    (field,) = problems(tmp_path, BASE.replace("    documents:\n", "    documnets:\n"))
    assert field.facts["hint"] == "documents"
    assert "“documents”" in sentence(field)
    (kind,) = problems(tmp_path, BASE.replace("[chi_bo]", "[chibo]"))
    assert (kind.facts["hint"], "dang_bo_co_so" in sentence(kind)) == ("chi_bo", True)
    (stray,) = problems(tmp_path, BASE.replace("kinds: [chi_bo],", "sorts: [chi_bo],"))
    assert stray.facts["known"] == ["kinds", "sectors", "direct", "units", "except"]


def test_the_line_and_column_of_a_syntax_error(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "plan:\n  title: a: b\n")
    assert (found.place, found.facts["line"], found.facts["column"]) == ("plan.yaml:2", 2, 11)
    (found,) = problems(tmp_path, "plan:\n  title: \x07\n")
    assert (found.facts["line"], found.facts["column"]) == (2, 10)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for text in ("", "# chỉ có chú thích\n", "~\n"):
        (found,) = problems(tmp_path, text)
        assert (found.place, found.code) == ("plan.yaml", "plan_file_empty")
    (found,) = problems(tmp_path, "# danh sách\n- a\n")
    assert (found.place, found.code) == ("plan.yaml:2", "plan_not_a_mapping")
    (found,) = problems(tmp_path, "[" * 5000)
    assert found.code == "plan_yaml"
    path = tmp_path / "missing.yaml"
    with pytest.raises(Rejected) as caught:
        read_plan(path, agendas=AGENDAS)
    assert [(p.place, p.code) for p in caught.value.problems] == [("missing.yaml", "plan_file_unreadable")]
    path.write_bytes(BASE.encode("utf-16"))
    with pytest.raises(Rejected) as caught:
        read_plan(path, agendas=AGENDAS)
    assert [p.code for p in caught.value.problems] == ["plan_file_not_utf8"]


def test_a_fault_that_nobody_foresaw_still_has_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(plan_file.CODES, "missing")
    (found,) = problems(tmp_path, BASE.replace("  issuer: Đảng ủy xã\n", ""))
    assert (found.place, found.code) == ("plan.yaml:1 plan.issuer", "plan_wrong")
    assert "issuer" in sentence(found)


def test_yaml_does_not_change_what_a_person_wrote(tmp_path: Path) -> None:
    text = BASE.replace("title: Chuyên đề hai", "title: no").replace("symbol: 01-KH/ĐU", "symbol: 012")
    text = text.replace("period: 2022-Q2", "period: 2022").replace("title: Lập kế hoạch", "title: 12:30")
    plan = read(tmp_path, text)
    assert (plan.topics[1].title, plan.head.symbol, plan.duties[1].title) == ("no", "012", "12:30")
    whole_year = plan.topics[1].period
    assert whole_year is not None
    assert (whole_year.first, whole_year.last) == (date(2022, 1, 1), date(2022, 12, 31))


def test_what_is_read_kindly(tmp_path: Path) -> None:
    text = BASE.replace("starts: 2022-01-01", 'starts: "1/1/2022"').replace("direct: yes", "direct: Có")
    decomposed = text.replace("Đảng ủy xã", "Đảng  uỷ xã".replace("uỷ", "uy\u0309"))
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + decomposed.replace("\n", "\r\n").encode())
    plan = read_plan(path, agendas=AGENDAS)
    assert plan.head.starts == date(2022, 1, 1)
    assert plan.head.issuer == "Đảng uỷ xã"
    assert plan.topics[0].who.direct is True
    assert not read(tmp_path, BASE.replace("direct: yes", "direct: off")).topics[0].who.direct


def test_defaults(tmp_path: Path) -> None:
    plan = read(tmp_path, BASE)
    first, second = plan.topics
    assert (first.agenda, first.ladder, plan.duties[0].ladder) == ("thematic", "meeting", "report")
    assert second.who == Who() == Who.model_validate({"kinds": ["chi_bo"]})
    assert plan.head.merging == "forbidden"


def test_a_plan_is_known_by_symbol_date_and_issuer(tmp_path: Path) -> None:
    assert read(tmp_path, BASE).key == SourceKey("01-KH/ĐU", date(2022, 2, 1), "Đảng ủy xã")
    ours = Document.model_validate({"type": "KH", "symbol": "31-KH/ĐUK", "date": date(2016, 12, 19)})
    theirs = Document.model_validate({"type": "KH", "symbol": "31-KH/ĐUK", "date": date(2021, 9, 24)})
    assert ours.key != theirs.key


def test_a_plan_outlives_its_files(tmp_path: Path) -> None:
    plan = read(tmp_path, BASE)
    assert set(plan.agendas) == {"mine", "thematic"}
    assert set(plan.ladders) == {"meeting", "report", "short"}
    again = plan_from_json(plan_to_json(plan))
    assert again == plan
    assert expected_duties(again, unit()) == expected_duties(plan, unit())
    with pytest.raises(ValidationError):
        plan_from_json("{}")


def test_an_own_ladder_or_agenda_goes_before_the_shipped_one(tmp_path: Path) -> None:
    text = BASE.replace("  short:\n", "  meeting:\n").replace("    ladder: short\n", "")
    text = text.replace("  mine:\n", "  regular:\n").replace("    agenda: mine\n", "")
    plan = read(tmp_path, text)
    assert [rung.key for rung in ladder_of(plan, "meeting")] == ["today", "late"]
    assert plan.agendas["regular"].title == "Chương trình riêng"


def test_a_broken_shipped_agenda_is_named_by_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "thematic.yaml").write_text("title: A\nsteps:\n  - {key: a}\n", "utf-8")
    path = tmp_path / "plan" / "p.yaml"
    path.parent.mkdir()
    path.write_text(BASE.replace("meeting: regular", "meeting: x"), "utf-8")
    with pytest.raises(Rejected) as caught:
        read_plan(path, agendas=tmp_path)
    assert [(p.place, p.code) for p in caught.value.problems] == [
        ("p.yaml:19 topics[1].meeting", "plan_choice"),
        ("thematic.yaml:3 steps[0].title", "plan_missing"),
    ]


def test_the_default_ladders() -> None:
    plan = PlanText.model_validate(yaml.safe_load(HEAD))
    late = [
        ("due", 1, 0, None, "late", "secretary"),
        ("due", 3, 0, None, "late", "deputy"),
        ("due", 5, 0, None, "late", "above"),
    ]
    climb = [(r.anchor, r.days, r.hours, r.clock, r.say, r.to) for r in ladder_of(plan, "meeting")[-3:]]
    assert climb == late
    assert ladder_of(plan, "meeting")[-3:] == ladder_of(plan, "report")[-3:]
    rungs = [(r.anchor, r.days, r.hours, r.clock, r.say, r.when) for r in ladder_of(plan, "meeting")[:-3]]
    assert rungs == [
        ("announce", 0, 0, None, "topic", "always"),
        ("usual", -10, 0, None, "topic", "unscheduled"),
        ("usual", -3, 0, None, "set_date", "unscheduled"),
        ("usual", -1, 0, None, "set_date", "unscheduled"),
        ("usual", 1, 0, None, "result", "unscheduled"),
        ("opens", 3, 0, None, "set_date", "unscheduled"),
        ("safe", -10, 0, None, "set_date", "unscheduled"),
        ("safe", -3, 0, None, "set_date", "unscheduled"),
        ("meeting", -10, 0, None, "topic", "scheduled"),
        ("meeting", -3, 0, None, "ready", "scheduled"),
        ("meeting", -1, 0, None, "upload", "scheduled"),
        ("meeting", 0, 0, time(7), "today", "scheduled"),
        ("meeting", 0, 0, None, "start", "scheduled"),
        ("meeting", 0, 3, None, "result", "scheduled"),
        ("meeting", 1, 0, None, "result", "scheduled"),
        ("safe", 0, 0, None, "last_day", "unscheduled"),
    ]
    rungs = [(r.anchor, r.days, r.hours, r.clock, r.say, r.when) for r in ladder_of(plan, "report")[:-3]]
    assert rungs == [
        ("safe", -7, 0, None, "due", "always"),
        ("safe", -3, 0, None, "due", "always"),
        ("safe", -1, 0, None, "due", "always"),
        ("safe", 0, 0, None, "last_day", "always"),
    ]
    assert [(r.anchor, r.days, r.say, r.to) for r in ladder_of(plan, "undated")] == [
        ("opens", 0, "due", "secretary"),
        ("opens", 14, "due", "secretary"),
        ("opens", 28, "due", "secretary"),
    ]
    assert [(r.anchor, r.days, r.say) for r in ladder_of(plan, "minutes")] == [
        ("opens", 1, "minutes"),
        ("opens", 2, "minutes"),
    ]
    for lines in LADDERS.values():
        assert len({line.key for line in lines}) == len(lines)
    with pytest.raises(KeyError):
        ladder_of(plan, "other")


HEAD = """
plan: {symbol: A, date: 2022-01-01, issuer: B, title: C, starts: 2022-01-01, ends: 2022-12-31}
"""


@pytest.mark.parametrize(
    ("at", "rung"),
    [
        ("due", LadderRung("a", "due", 0, 0, None, "late", "always")),
        ("opens+12d 7:30", LadderRung("a", "opens", 12, 0, time(7, 30), "late", "always")),
        ("safe 16:00", LadderRung("a", "safe", 0, 0, time(16), "late", "always")),
        ("meeting-2h", LadderRung("a", "meeting", 0, -2, None, "late", "always")),
        ("due+5d, to: above", LadderRung("a", "due", 5, 0, None, "late", "always", "above")),
    ],
)
def test_when_a_rung_falls(tmp_path: Path, at: str, rung: LadderRung) -> None:
    text = BASE.replace(
        "{key: late, at: due+1d, say: late, when: unscheduled}", "{key: a, say: late, at: " + at + "}"
    )
    assert ladder_of(read(tmp_path, text), "short")[1] == rung


def test_what_is_expected_and_in_what_order(tmp_path: Path) -> None:
    found = expected_duties(read(tmp_path, BASE), unit())
    assert [(e.key, e.kind, e.opens_on, e.due_on, e.safe_on) for e in found] == [
        ("plan", "confirm", date(2022, 2, 1), date(2022, 2, 27), date(2022, 2, 25)),
        ("q1", "meeting", date(2022, 1, 1), date(2022, 3, 31), date(2022, 3, 31)),
        ("report:2022-Q1", "report", date(2022, 1, 1), date(2022, 3, 31), date(2022, 3, 31)),
        ("q2", "meeting", date(2022, 4, 1), date(2022, 6, 30), date(2022, 6, 30)),
        ("report:2022-Q2", "report", date(2022, 4, 1), date(2022, 6, 30), date(2022, 6, 30)),
        ("report:2022-Q3", "report", date(2022, 7, 1), date(2022, 9, 30), date(2022, 9, 30)),
        ("report:2022-Q4", "report", date(2022, 10, 1), date(2022, 12, 31), date(2022, 12, 30)),
        ("send:q1", "report", date(2022, 1, 1), None, None),
    ]
    assert [e.title for e in found if e.kind == "report"] == [
        "Báo cáo quý I/2022",
        "Báo cáo quý II/2022",
        "Báo cáo quý III/2022",
        "Báo cáo quý IV/2022",
        "Gửi chuyên đề: Chuyên đề một",
    ]
    assert found[-1].relative == Relative(Side.AFTER, 2, "q1")
    assert (found[-1].period_first, found[-1].period_last) == (date(2022, 1, 1), date(2022, 3, 31))


@pytest.mark.parametrize(
    ("due", "days"),
    [
        ("{by: 2022-02-27}", [("report", "2022-02-27", "2022-02-25")]),
        ("{every: half_year}", [("report:2022-H1", "2022-06-30", "2022-06-30"), ("report:2022-H2", "2022-12-31", "2022-12-30")]),
        ("{every: year}", []),
        ("{every: year, within: 12-31}", [("report:2022", "2022-12-31", "2022-12-30")]),
        ("{every: year, within: 01-31}", [("report:2022", "2022-01-31", "2022-01-28")]),
        ("{every: month, from: 2022-03-15, to: 2022-05-30}", [("report:2022-03", "2022-03-31", "2022-03-31"), ("report:2022-04", "2022-04-30", "2022-04-29")]),
        ("{every: quarter, from: 2022-10-01}", [("report:2022-Q4", "2022-12-31", "2022-12-30")]),
    ],
)  # fmt: skip
def test_the_deadline_operators(tmp_path: Path, due: str, days: list[tuple[str, str, str]]) -> None:
    text = BASE.replace("Báo cáo quý {period}", "Báo cáo").replace("{every: quarter}", due)
    found = [e for e in expected_duties(read(tmp_path, text), unit()) if e.key.startswith("report")]
    assert [(e.key, str(e.due_on), str(e.safe_on)) for e in found] == days


@pytest.mark.parametrize(
    ("span", "day", "said"),
    [
        ("month", "", "1/2022"),
        ("quarter", "", "I/2022"),
        ("half_year", "", "I/2022"),
        ("year", ", within: 12-31", "2022"),
    ],
)
def test_a_period_is_told_as_a_number(tmp_path: Path, span: str, day: str, said: str) -> None:
    found = expected_duties(read(tmp_path, BASE.replace("every: quarter", f"every: {span}{day}")), unit())
    assert f"Báo cáo quý {said}" in [e.title for e in found]


def test_a_dated_duty_opens_thirty_days_before_but_not_before_the_plan(tmp_path: Path) -> None:
    text = BASE.replace("    opens: 2022-02-01\n", "")
    opens = {e.key: e.opens_on for e in expected_duties(read(tmp_path, text), unit())}
    assert opens["plan"] == date(2022, 1, 28)
    later = text.replace("starts: 2022-01-01", "starts: 2022-02-10").replace("2022-Q1", "2022-03")
    opens = {e.key: e.opens_on for e in expected_duties(read(tmp_path, later), unit())}
    assert (opens["plan"], opens["report:2022-Q1"]) == (date(2022, 2, 10), date(2022, 2, 10))


def test_before_a_meeting_and_for_every_topic_that_the_unit_has(tmp_path: Path) -> None:
    text = BASE.replace("{after_meeting: 2, topics: [q1]}", "{before_meeting: 5}")
    plan = read(tmp_path, text + "  ")
    found = [e for e in expected_duties(plan, unit(sector="doanh_nghiep")) if e.relative.side]
    assert [(e.key, e.relative, e.variant) for e in found] == [
        ("send:q1", Relative(Side.BEFORE, 5, "q1"), None),
        ("send:q2", Relative(Side.BEFORE, 5, "q2"), "business"),
    ]
    assert found[1].title == "Gửi chuyên đề: Bản doanh nghiệp"
    assert [e.key for e in expected_duties(plan, unit(direct=False)) if e.relative.side] == ["send:q2"]


def test_a_topic_without_a_period_is_expected_of_nobody(tmp_path: Path) -> None:
    plan = read(tmp_path, BASE.replace("    period: 2022-Q1\n", ""))
    assert not [e for e in expected_duties(plan, unit()) if e.topic == "q1"]
    assert topic_of(plan, "q1").period is None


def test_the_first_variant_that_fits(tmp_path: Path) -> None:
    text = BASE.replace("title: Bản khác}", "documents: [{type: Tài liệu, title: Thêm}]}")
    plan = read(tmp_path, text)
    variants = {
        sector: next(e for e in expected_duties(plan, unit(sector=sector)) if e.key == "q2")
        for sector in ("doanh_nghiep", "co_quan", None)
    }
    assert {sector: e.variant for sector, e in variants.items()} == {
        "doanh_nghiep": "business",
        "co_quan": "other",
        None: "other",
    }
    assert variants["co_quan"].title == "Chuyên đề hai"
    topic = topic_of(plan, "q2")
    assert [d.title for d in topic_documents(topic, "other")] == ["Thêm"]
    assert topic_documents(topic, "business") == topic_documents(topic, None) == ()
    with pytest.raises(KeyError):
        topic_of(plan, "q3")


@pytest.mark.parametrize(
    ("who", "fitting"),
    [
        ("{}", {"a", "b"}),
        ("{direct: true}", {"a"}),
        ("{kinds: [chi_bo, van_phong]}", {"a", "b", "c"}),
        ("{sectors: [doanh_nghiep]}", {"b"}),
        ("{kinds: [van_phong], sectors: [doanh_nghiep]}", set()),
        ("{units: [b, c]}", {"b", "c"}),
        ("{units: [b, c], kinds: [chi_bo]}", {"b"}),
        ("{except: [a]}", {"b"}),
        ("{kinds: []}", {"a", "b", "c"}),
    ],
)
def test_who(tmp_path: Path, who: str, fitting: set[str]) -> None:
    units = [
        unit(code="a"),
        unit(code="b", sector="doanh_nghiep", direct=False),
        unit(code="c", kind="van_phong", sector=None),
    ]
    plan = read(tmp_path, BASE.replace("title: Lập kế hoạch\n", f"title: Lập kế hoạch\n    who: {who}\n"))
    plan = plan_from_json(plan_to_json(plan))
    assert {u.code for u in units if "plan" in {e.key for e in expected_duties(plan, u)}} == fitting


@pytest.mark.parametrize(
    ("who", "overlaps"),
    [
        ("{sectors: [co_quan]}", True),
        ("{units: [a]}", True),
        ("{units: [a], except: [a]}", False),
        ("{kinds: [chi_bo]}", True),
        ("{kinds: [dang_uy, doan_the]}", False),
    ],
)
def test_a_variant_must_be_of_some_use(tmp_path: Path, who: str, overlaps: bool) -> None:
    text = BASE.replace("{sectors: [doanh_nghiep]}", who)
    if overlaps:
        assert read(tmp_path, text).topics[1].variants[0].who
    else:
        assert [p.code for p in problems(tmp_path, text)] == ["plan_variant_nobody"]


def test_variants_and_topics_that_name_units_must_share_one(tmp_path: Path) -> None:
    text = BASE.replace("    ladder: short\n", "    ladder: short\n    who: {units: [a, b], except: [b]}\n")
    assert read(tmp_path, text.replace("{sectors: [doanh_nghiep]}", "{units: [a]}"))
    for who in ("{units: [c]}", "{units: [b]}"):
        found = problems(tmp_path, text.replace("{sectors: [doanh_nghiep]}", who))
        assert [p.code for p in found] == ["plan_variant_nobody"]


def test_a_document_twice_in_a_variant_or_in_the_plan(tmp_path: Path) -> None:
    again = "documents: [{type: A, title: B}, {type: A, title: B}]"
    found = problems(tmp_path, BASE.replace("{key: other,", "{key: other, " + again + ","))
    assert [p.place for p in found] == ["plan.yaml:25 topics[1].variants[1].documents[1]"]
    found = problems(
        tmp_path, BASE.replace("topics:\n  - key", f"  basis{again[9:]}\n  {again}\ntopics:\n  - key")
    )
    assert [p.place for p in found] == ["plan.yaml:8 plan.basis[1]", "plan.yaml:9 plan.documents[1]"]


def test_units_that_are_alike_share_a_list_and_named_ones_do_not(tmp_path: Path) -> None:
    plan = read(tmp_path, BASE.replace("{kinds: [chi_bo], direct: yes}", "{except: [x]}"))
    assert expected_duties(plan, unit(code="a")) is expected_duties(plan, unit(code="b"))
    assert "q1" not in {e.key for e in expected_duties(plan, unit(code="x"))}


def test_two_versions_of_a_plan_are_kept_apart(tmp_path: Path) -> None:
    old = read(tmp_path, BASE)
    new = read(tmp_path, BASE.replace("period: 2022-Q1", "period: 2022-01"))
    assert expected_duties(old, unit()) != expected_duties(new, unit())
    assert old.key == new.key


def test_ten_thousand_units_each_have_their_own(tmp_path: Path) -> None:
    plan = read(tmp_path, BASE)
    sectors = ("co_quan", "doanh_nghiep", "truong_hoc")
    units = [unit(code=f"U{n}", sector=sectors[n % 3], direct=n % 2 == 0) for n in range(10_000)]
    number = sum(len(expected_duties(plan, one)) for one in units)
    assert number == 5_000 * 8 + 5_000 * 6


def test_values_cannot_be_changed(tmp_path: Path) -> None:
    plan = read(tmp_path, BASE)
    with pytest.raises(ValidationError):
        plan.head.title = "Khác"  # type: ignore[misc]
    first = expected_duties(plan, unit())[0]
    assert replace(first, title="Khác") != first


def fields(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def test_the_page_on_plans_names_every_field_and_its_example_is_sound(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "plans.md").read_text("utf-8")
    models = (
        PlanText,
        Head,
        Document,
        TopicText,
        Who,
        Window,
        Variant,
        DutyText,
        Due,
        FigureText,
        LadderLine,
        AgendaStep,
    )
    assert [name for model in models for name in sorted(fields(model)) if f"`{name}`" not in page] == []
    example = page.split("```yaml\n")[1].split("```")[0]
    assert len(read(tmp_path, example).duties) > 2
    for block in page.split("```yaml\n")[2:]:
        assert yaml.safe_load(block.split("```")[0])


@pytest.mark.parametrize(
    ("title", "period", "dated", "bare"),
    [
        ("Báo cáo quý {period}", "2022-Q1", "Báo cáo quý I/2022", "Báo cáo quý"),
        (
            "Số liệu tháng {period} (mẫu 1/2022)",
            "2022-11",
            "Số liệu tháng 11/2022 (mẫu 1/2022)",
            "Số liệu tháng (mẫu 1/2022)",
        ),
        ("Báo cáo", "2022-01", "Báo cáo (1/2022)", "Báo cáo"),
    ],
)
def test_the_title_of_a_turn_and_of_all_turns(title: str, period: str, dated: str, bare: str) -> None:
    span = period_named(period)
    assert dated_title(title, span) == dated
    assert undated_title(dated, span) == bare
