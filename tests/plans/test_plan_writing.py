"""A plan written as YAML reads back as the same plan, and looks as a person would write it."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.periods import period_named
from bot.plans.agenda import Agenda
from bot.plans.fields import KINDS, SECTORS
from bot.plans.ladders import LADDERS
from bot.plans.plan import PlanText
from bot.plans.yaml_in import read_agenda, read_plan
from bot.plans.yaml_out import plan_to_yaml
from bot.problems import Rejected

ROOT = Path(__file__).parent.parent.parent
PLANS = sorted((ROOT / "schedules" / "plans").glob("*.yaml"))
AGENDAS = ROOT / "templates" / "agendas"


@cache
def shipped() -> dict[str, Agenda]:
    return {path.stem: read_agenda(path) for path in AGENDAS.glob("*.yaml")}


def read_back(folder: Path, text: str) -> PlanText:
    path = folder / "plan.yaml"
    path.write_text(text, "utf-8")
    return read_plan(path, agendas=AGENDAS)


def bare(text: str) -> list[str]:
    """The lines of a file without comments, folded texts put together."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.lstrip().startswith("#"):
            lines.append(line.rstrip())
    return " ".join(" ".join(lines).split()).replace(": >- ", ": ").replace('"', "").split()


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_a_shipped_plan_reads_back_as_itself(tmp_path: Path, path: Path) -> None:
    plan = read_plan(path, agendas=AGENDAS)
    text = plan_to_yaml(plan, shipped())
    assert read_back(tmp_path, text) == plan
    assert plan_to_yaml(read_back(tmp_path, text), shipped()) == text
    assert max(len(line) for line in text.splitlines()) <= 120
    assert not any(line != line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("stem", ["60-KH-DUK-2022"])
def test_it_looks_like_the_shipped_file(stem: str) -> None:
    path = ROOT / "schedules" / "plans" / f"{stem}.yaml"
    written = plan_to_yaml(read_plan(path, agendas=AGENDAS), shipped())
    assert sorted(bare(written)) == sorted(bare(path.read_text("utf-8")))


LOOKS = """\
plan:
  symbol: 15-KH/ĐU
  date: 2026-12-15
  issuer: Ban Thường vụ Đảng ủy xã
  title: Sinh hoạt chuyên đề năm 2027
  starts: 2027-01-01
  ends: 2028-12-31
  merging: forbidden
  choosing: [add, replace]
  basis:
    - type: Hướng dẫn
      symbol: 42-HD/BTCTW
      date: 2025-10-28
  recipients:
    - Đảng ủy viên
    - "Lưu: Văn phòng"

decide:
  - field: topics[0].documents
    why: Còn đúng không?

topics:
  - key: null-1
    title: "Chuyên đề: một"
    meeting: thematic
    period: 2027-Q1
    who: {kinds: [dang_uy], direct: true}
    agenda: mine
    variants:
      - key: school
        who: {sectors: [truong_hoc]}
        title: Trường học
      - key: other

  - key: "null"
    title: >-
      Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh về ý chí tự lực tự cường và khát vọng phát triển đất
      nước phồn vinh, hạnh phúc
    meeting: regular
    period: {from: 2027-05-01, to: 2028-02-29}
    every: month
    gaps: true
    who: {units: [CB01, CB02], except: [CB02]}

duties:
  - key: bao-cao
    do: report
    title: Báo cáo {topic}
    due: {after_meeting: 2, topics: [null-1], count: working}
    ladder: gently

  - key: so-ket
    do: confirm
    title: Sơ kết
    who: {kinds: []}
    due: {undated: true}

ladders:
  gently:
    - {key: tomorrow, at: safe-1d, say: due}
    - {key: late, at: due+1d 09:00, say: late}

agendas:
  mine:
    title: Chương trình
    steps:
      - key: one
        title: Mở đầu
        words: |-
          Dòng một
            dòng hai

          dòng ba
        after: true
"""


def test_how_a_plan_looks(tmp_path: Path) -> None:
    plan = read_back(tmp_path, LOOKS)
    assert plan_to_yaml(plan, shipped()) == LOOKS


@pytest.mark.parametrize(
    ("days", "short"),
    [
        (("2024-02-01", "2024-02-29"), "2024-02"),
        (("2022-02-01", "2022-02-28"), "2022-02"),
        (("2022-10-01", "2022-12-31"), "2022-Q4"),
        (("2022-07-01", "2022-12-31"), "2022-H2"),
        (("2022-01-01", "2022-12-31"), "2022"),
        (("2024-02-01", "2024-02-28"), "{from: 2024-02-01, to: 2024-02-28}"),
        (("2022-02-01", "2022-04-30"), "{from: 2022-02-01, to: 2022-04-30}"),
        (("2022-01-01", "2023-12-31"), "{from: 2022-01-01, to: 2023-12-31}"),
        (("2022-05-19", "2022-05-19"), "{from: 2022-05-19, to: 2022-05-19}"),
    ],
)
def test_whole_periods_are_written_in_short(days: tuple[str, str], short: str) -> None:
    plan = whole(
        {
            "topics": [
                {"key": "a", "title": "A", "meeting": "regular", "period": {"from": days[0], "to": days[1]}}
            ]
        }
    )
    assert f"    period: {short}\n" in plan_to_yaml(plan, shipped())


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "~",
        "no",
        "2022",
        "012",
        "1e3",
        "12:30",
        "Quý I: báo cáo",
        "Cuối dòng:",
        "Việc # không phải ghi chú",
        "#1",
        "- gạch",
        "? hỏi",
        "*sao",
        "&neo",
        "!nhãn",
        "%",
        "@",
        "`",
        "|",
        ">-",
        "[ngoặc",
        "{ngoặc}",
        "a, b] c}",
        '"Nháy" mở đầu',
        "'nháy'",
        "nháy \" và '",
        "\\n gạch chéo",
        "--- ba gạch",
        "...",
        "= bằng",
        "<<",
        "chuông \x07",
        "bom \ufeff đuôi",
        "😀 vui",
        "từ-rất-dài" * 40,
        "dài " * 60 + "\x07",
        "dài: " * 60 + "hết",
    ],
)
def test_any_text_stays_text(tmp_path: Path, text: str) -> None:
    topic = {
        "key": "a",
        "title": text,
        "meeting": "regular",
        "period": "2022",
        "who": {"units": [text, "CB01"]},
        "guests": [text],
    }
    plan = whole({"topics": [topic], "decide": [{"field": text, "why": text}]})
    assert read_back(tmp_path, plan_to_yaml(plan, shipped())) == plan


@pytest.mark.parametrize(
    "words",
    [
        "một\nhai",
        "một\n\n\n  hai\n\tba",
        "một  hai",
        "một\r\nhai",
        "một\u2028hai\nba",
        "một \nhai",
        "#\n- a\n: b",
        "a\n  \nb",
    ],
)
def test_the_words_of_a_step_keep_their_lines(tmp_path: Path, words: str) -> None:
    step = {"key": "s", "title": "Bước", "words": words}
    topic = {"key": "a", "title": "A", "meeting": "regular", "agenda": "mine"}
    plan = whole({"topics": [topic], "agendas": {"mine": {"key": "mine", "title": "M", "steps": [step]}}})
    assert read_back(tmp_path, plan_to_yaml(plan, shipped())) == plan


def test_an_agenda_or_ladder_of_its_own_is_written(tmp_path: Path) -> None:
    topic = {"key": "a", "title": "A", "meeting": "regular"}
    other = {"key": "regular", "title": "Khác", "steps": [{"key": "s", "title": "Bước"}]}
    line = {"key": "once", "at": "opens+0d", "say": "topic"}
    plan = whole(
        {"topics": [topic], "agendas": {"regular": other}, "ladders": {"meeting": [line], "report": [line]}}
    )
    text = plan_to_yaml(plan, shipped())
    assert read_back(tmp_path, text) == plan
    assert "Khác" in text
    same = whole({"topics": [topic]})
    assert "agendas:" not in plan_to_yaml(same, shipped())
    assert "ladders:" not in plan_to_yaml(same, shipped())


def test_a_default_that_nothing_uses_is_written(tmp_path: Path) -> None:
    plan = whole({})
    plan = plan.model_copy(
        update={"ladders": {"meeting": LADDERS["meeting"]}, "agendas": {"regular": shipped()["regular"]}}
    )
    assert read_back(tmp_path, plan_to_yaml(plan, shipped())) == plan


HEAD = {"issuer": "Đảng ủy xã", "title": "Kế hoạch", "starts": "2022-01-01", "ends": "2025-12-31"}


def whole(parts: dict[str, Any]) -> PlanText:
    """A plan as `read_plan` would give it, with the agendas and ladders that it uses."""
    plan = PlanText.model_validate({"plan": HEAD, **parts})
    agendas = {topic.agenda for topic in plan.topics}
    ladders = {topic.ladder for topic in plan.topics} | {duty.ladder for duty in plan.duties}
    return plan.model_copy(
        update={
            "agendas": {name: shipped()[name] for name in agendas if name in shipped()} | plan.agendas,
            "ladders": {name: LADDERS[name] for name in ladders if name in LADDERS} | plan.ladders,
        }
    )


letters = st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="{}")
texts = st.one_of(
    st.text(letters, min_size=1, max_size=30),
    st.lists(
        st.sampled_from(["năm", "2022", "-", "#", "a:", ":b", "“ủy”", "'", "[x]", "Đảng,"]), min_size=1
    ).map(" ".join),
).filter(lambda text: bool("".join(text.split())))
prose = st.text(st.one_of(letters, st.sampled_from("\n\n  \t-#:")), min_size=1).filter(
    lambda text: bool(text.strip())
)
FIRST, LAST = date(2022, 1, 1), date(2025, 12, 31)
days = st.dates(FIRST, LAST)
windows = st.one_of(
    st.sampled_from(["2022", "2023-H2", "2024-Q1", "2024-02"])
    .map(period_named)
    .map(lambda p: {"from": p.first, "to": p.last}),
    st.tuples(days, days).map(lambda pair: {"from": min(pair), "to": max(pair)}),
)
lists = st.lists(texts, max_size=3)


def some(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


filters = {
    "kinds": st.lists(st.sampled_from(KINDS), max_size=3),
    "sectors": st.lists(st.sampled_from(SECTORS), max_size=2),
    "direct": st.booleans(),
    "units": lists,
}
whos = some({}, filters)
documents = st.lists(
    some({"type": texts, "symbol": texts, "date": days}, {"issuer": texts, "title": texts, "via": texts}),
    max_size=3,
    unique_by=lambda document: document["date"],
)
topics = some(
    {"title": texts, "meeting": st.sampled_from(["regular", "thematic"])},
    {
        "period": windows,
        "who": whos,
        "documents": documents,
        "choose": st.booleans(),
        "guests": lists,
        "agenda": st.sampled_from(["mine", "regular", "eight-steps"]),
        "ladder": st.sampled_from(["mine", "report"]),
        "theme": st.sampled_from(["null", "chu-de"]),
        "variants": texts.map(lambda title: [{"key": "x", "title": title}]),
    },
)
dues = st.one_of(
    days.map(lambda day: {"before": day + timedelta(1)}).filter(lambda due: due["before"] <= LAST),
    days.map(lambda day: {"by": day}),
    st.sampled_from(
        [
            {"undated": True},
            {"every": "ask"},
            {"every": "quarter"},
            {"every": "year", "within": "Q1", "from": FIRST, "to": LAST},
            {"after_meeting": 2},
            {"before_meeting": 1, "topics": ["t0"], "count": "working"},
        ]
    ),
)
figures = st.lists(
    some({"title": texts}, {"optional": st.just(True), "known": st.just("present")}),
    min_size=1,
    max_size=3,
).map(lambda asked: [{"key": f"s{place}", **figure} for place, figure in enumerate(asked)])
duties = some(
    {"title": texts, "do": st.sampled_from(["report", "confirm"]), "due": dues},
    {
        "who": whos,
        "to": texts,
        "via": texts,
        "waits": st.just("t0"),
        "ladder": st.sampled_from(["minutes", "undated"]),
        "for_each": st.just("unit"),
    },
).flatmap(
    lambda duty: st.just(duty) if duty["do"] == "confirm" else some({}, {"asks": figures}).map(duty.__or__)
)
plans = some(
    {
        "plan": some(
            {"issuer": texts, "title": texts, "starts": st.just(FIRST), "ends": st.just(LAST)},
            {"symbol": texts, "basis": documents, "recipients": lists, "choosing": st.just(["add"])},
        ),
        "topics": st.lists(topics, min_size=1, max_size=3),
        "duties": st.lists(duties, max_size=3),
        "ladders": st.just({"mine": [{"key": "a", "at": "opens+0d", "say": "topic", "to": "above"}]}),
        "agendas": st.tuples(texts, prose).map(
            lambda pair: {
                "mine": {
                    "key": "mine",
                    "title": pair[0],
                    "steps": [{"key": "s", "title": "B", "words": pair[1]}],
                }
            }
        ),
    },
    {"decide": st.lists(some({"field": texts, "why": texts}, {}), max_size=2)},
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plans)
def test_any_plan_reads_back_as_itself(tmp_path: Path, parts: dict[str, Any]) -> None:
    for letter, section in (("t", parts["topics"]), ("d", parts["duties"])):
        for index, entry in enumerate(section):
            entry["key"] = f"{letter}{index}"
    plan = whole(parts)
    text = plan_to_yaml(plan, shipped())
    try:
        assert read_back(tmp_path, text) == plan
    except Rejected as rejected:
        raise AssertionError([rejected.problems, text]) from rejected
