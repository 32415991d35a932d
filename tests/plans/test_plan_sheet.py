"""A plan as a workbook: written and read back it is the same plan; a clerk's own typing is understood; faults name their cell."""

import io
import json
import random
import re
import string
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, reject, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.plans.agenda import Agenda, AgendaStep
from bot.plans.fields import KINDS, SECTORS, Document, FigureText, Filter
from bot.plans.ladders import LADDERS, LadderLine
from bot.plans.plan import Decision, Due, DutyText, Head, PlanText, TopicText, Variant
from bot.plans.workbook import write_plan, write_template
from bot.plans.workbook.names import key_from, key_typed
from bot.plans.workbook.shape import TABLES, SheetTable, words_of_sheets
from bot.plans.workbook.values import (
    FOR_CODES,
    FOR_TEXTS,
    day_typed,
    days_typed,
    join_cell,
    moment_said,
    moment_typed,
    period_typed,
    split_cell,
    within_typed,
    yes_typed,
)
from bot.plans.yaml_in import read_plan
from bot.problems import Invalid, Rejected
from bot.reading.words import fold
from tests.kit.forms import RENDER, Form, place, read, type_two_pages
from tests.kit.places import ROOT
from tests.kit.workbooks import strict

TEMPLATES = ROOT / "templates"
AGENDAS = TEMPLATES / "agendas"
PLANS = sorted((ROOT / "schedules" / "plans").glob("*.yaml"))
WORDS = words_of_sheets(TEMPLATES, AGENDAS)


def there_and_back(plan: PlanText, folder: Path) -> PlanText:
    path = folder / "ke-hoach.xlsx"
    write_plan(plan, path, templates=TEMPLATES)
    return read(path)


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return Form(tmp_path)


TOPIC = {"Tên chuyên đề": "Chuyên đề một", "Loại sinh hoạt": "chuyên đề", "Kỳ thực hiện": "quý I/2022"}
DUTY = {
    "Tên việc": "Báo cáo năm",
    "Phải làm gì": "nộp báo cáo",
    "Cách tính hạn": "trước ngày",
    "Ngày hạn": date(2022, 12, 25),
}


# The same plan again


@pytest.mark.parametrize("source", PLANS, ids=lambda path: path.stem)
def test_a_shipped_plan_comes_back_as_it_was(source: Path, tmp_path: Path) -> None:
    plan = read_plan(source, agendas=AGENDAS)
    assert there_and_back(plan, tmp_path) == plan


def test_the_shipped_plans_are_there() -> None:
    assert len(PLANS) >= 2


def test_the_example_is_a_sound_plan(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(json.dumps(WORDS.example, default=str, ensure_ascii=False), "utf-8")
    plan = read_plan(path, agendas=AGENDAS)
    assert there_and_back(plan, tmp_path) == plan


LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạ ABCĐ019 “”\"'=+-@;,:(){}/.…–#&<>%"
text = st.text(LETTERS, min_size=1, max_size=24).map(lambda s: " ".join(s.split())).filter(bool)
some_time: st.SearchStrategy[bool] = st.booleans()
plain_text = text.map(lambda s: s.replace("{", "").replace("}", "").strip()).filter(bool)
risky = st.sampled_from(
    [
        "=SUM(A1:A9)",
        "+84 123",
        "@ai",
        "-5",
        "'nháy",
        "#REF!",
        "#N/A",
        "TRUE",
        "2022",
        "1.0",
        '"hai" "nháy"',
        "a; b, c",
    ]
)
title = st.one_of(plain_text, risky)
key_part = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=6)
days = st.dates(date(2022, 1, 1), date(2024, 12, 31)).map(date.isoformat)
period = st.one_of(
    st.sampled_from(["2022-04", "2022-Q1", "2023-H2", "2024", "2022-11", "2022-H1", "2023-Q4"]),
    st.tuples(days, days).map(lambda pair: {"from": min(pair), "to": max(pair)}),
)
unit_codes = st.lists(st.one_of(st.from_regex(r"CB[0-9]{2}", fullmatch=True), title), min_size=1, max_size=3)


def some(fields: Mapping[str, st.SearchStrategy[Any]], **needed: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries(dict(needed), optional=dict(fields))


documents = st.lists(
    some(
        {
            "symbol": st.one_of(st.just("15-KH/ĐU"), title),
            "date": st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat),
            "issuer": title,
            "via": title,
            "url": st.just("https://vi.du/a?b=1"),
            "file": st.just("de-cuong/1.pdf"),
        },
        type=title,
        title=title,
    ),
    max_size=2,
    unique_by=(lambda d: d.get("symbol", ""), lambda d: d["title"]),
)
kinds = st.lists(st.sampled_from(KINDS), max_size=3, unique=True)
sectors = st.lists(st.sampled_from(SECTORS), min_size=1, max_size=2, unique=True)
which = some({"kinds": kinds, "sectors": sectors, "direct": st.booleans(), "except": unit_codes})
who = st.one_of(which, some({"kinds": kinds}, units=unit_codes))
rungs = st.lists(
    some(
        {
            "when": st.sampled_from(["always", "scheduled", "unscheduled"]),
            "to": st.sampled_from(["deputy", "above"]),
        },
        key=key_part,
        at=st.sampled_from(
            ["opens", "safe-3d", "due+1d 09:00", "due+1d 9:00", "due+0d", "safe-07d", "due-0d"]
        ),
        say=st.sampled_from(["due", "late", "last_day", "minutes"]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda rung: rung["key"],
)
meeting_rungs = st.lists(
    some(
        {},
        key=key_part,
        at=st.sampled_from(["meeting-2h", "meeting+0h", "meeting+0d 07:00"]),
        say=st.just("today"),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda rung: rung["key"],
)
prose = st.lists(plain_text, min_size=1, max_size=3).map("\n\n".join)
steps = st.lists(
    some(
        {
            "phase": title,
            "words": st.one_of(prose, st.just("Kính thưa {unit}, về “{topic}”:\n  - một\n  - hai")),
            "owner": title,
            "asks": st.sampled_from(["none", "attendance", "notes", "speakers", "vote", "last_tasks"]),
            "optional": st.booleans(),
            "least_minutes": st.integers(1, 20),
            "most_minutes": st.integers(20, 600),
            "after": st.booleans(),
            "for_each": st.sampled_from(["document", "member"]),
        },
        key=key_part,
        title=st.one_of(title, st.just("Bước về {topic}")),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda step: step["key"],
)
head = some(
    {
        "symbol": title,
        "date": days,
        "merging": st.sampled_from(["forbidden", "sequential", "embedded"]),
        "choosing": st.lists(st.sampled_from(["add", "replace"]), unique=True),
        "announce": st.integers(0, 90),
        "basis": documents,
        "documents": documents,
        "recipients": st.lists(title, max_size=3),
    },
    issuer=title,
    title=title,
    starts=st.just("2022-01-01"),
    ends=st.just("2024-12-31"),
)


@st.composite
def topics_of(
    draw: st.DrawFn, key: str, earlier: list[str], ladders: list[str], agendas: list[str]
) -> dict[str, Any]:
    topic: dict[str, Any] = draw(
        some(
            {
                "period": period,
                "who": who,
                "documents": documents,
                "choose": st.booleans(),
                "theme": key_part,
                "guests": st.lists(title, max_size=2),
                "agenda": st.sampled_from(agendas),
                "ladder": st.sampled_from(ladders),
                **({"follows": st.sampled_from(earlier)} if earlier else {}),
            },
            key=st.just(key),
            title=title,
            meeting=st.sampled_from(["regular", "thematic"]),
        )
    )
    if "period" not in topic and draw(st.booleans()):
        topic |= {
            "every": draw(st.sampled_from(["month", "quarter", "half_year", "year"])),
            "gaps": draw(st.booleans()),
        }
    if "who" not in topic and draw(st.booleans()):
        first = {"key": "mot", "who": draw(some({"sectors": sectors}, direct=st.just(True)))}
        last = draw(some({"title": title}, key=st.just("con-lai")))
        topic["variants"] = [first | draw(some({"title": title})), last]
        if "documents" not in topic:
            last["documents"] = draw(documents)
    return topic


@st.composite
def dues(draw: st.DrawFn, topics: list[str], waits: bool) -> dict[str, Any]:
    relative = some(
        {
            "count": st.sampled_from(["calendar", "working"]),
            **({"topics": st.just(topics[:2])} if topics else {}),
        }
    )
    number = st.integers(0, 1100)
    ways: list[Callable[[], dict[str, Any]]] = [
        lambda: {"before": "2023-06-15"},
        lambda: {"by": draw(days)},
        lambda: draw(
            some({"to": st.just("2024-12-31"), "from": st.just("2023-01-01")}, every=st.just("quarter"))
        ),
        lambda: {"every": draw(st.sampled_from(["month", "half_year", "year", "ask"]))},
        lambda: {
            "every": "year",
            "within": draw(st.sampled_from(["Q1", "Q4", "H1", "H2", "03", "12", "01-31", "12-01"])),
        },
        lambda: {"after_meeting": draw(number), **draw(relative)},
        lambda: {"before_meeting": draw(number), **draw(relative)},
        lambda: {"undated": True},
    ]
    if waits:
        ways.append(
            lambda: {"after_waiting": draw(number), "count": draw(st.sampled_from(["calendar", "working"]))}
        )
    return ways[draw(st.integers(0, len(ways) - 1))]()


figures = st.lists(
    st.one_of(
        some({"optional": st.booleans(), "known": st.sampled_from(["members", "tasks"])}, title=title),
        some({"optional": st.booleans(), "known": st.just("weaknesses")}, title=title, kind=st.just("text")),
    ),
    min_size=1,
    max_size=3,
).map(lambda asked: [{"key": f"s-{place}", **figure} for place, figure in enumerate(asked)])


@st.composite
def duties_of(
    draw: st.DrawFn, key: str, topics: list[str], things: list[str], ladders: list[str]
) -> dict[str, Any]:
    waits: str | None = None
    if draw(some_time) and things:
        waits = draw(st.sampled_from(things))
    due = draw(dues(topics, waits is not None))
    duty: dict[str, Any] = draw(
        some(
            {"who": who, "to": title, "via": title, "ladder": st.sampled_from(ladders)},
            key=st.just(key),
            do=st.sampled_from(["report", "confirm"]),
            title=title,
        )
    )
    duty["due"] = due
    if waits:
        duty["waits"] = waits
    if draw(some_time) and topics:
        duty["reports_on"] = topics[-1]
    if draw(some_time):
        duty |= {"for_each": "unit", **draw(some({"of": who}))}
        duty["title"] = f"{duty['title']} {{unit}}"
    if ("before" in due or "undated" in due) and draw(some_time):
        duty["opens"] = "2022-02-01"
    if duty["do"] == "report" and draw(some_time):
        duty |= {"asks": draw(figures), "without_files": draw(st.booleans())}
    dated = not {"every", "after_meeting", "before_meeting"} & set(due)
    if duty["do"] == "report" and dated and topics and not duty.get("without_files") and draw(some_time):
        duty["material_for"] = topics[0]
    if "every" in due and draw(some_time):
        duty["title"] += " quý {period}"
    return duty


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    own = {"nhac-hop": draw(rungs), "b1": draw(rungs)} if draw(st.booleans()) else {}
    own |= {"report": draw(rungs)} if draw(st.booleans()) else {}
    of_meetings = {"hop": draw(meeting_rungs)} if draw(st.booleans()) else {}
    agendas = {"rieng": {"title": draw(title), "steps": draw(steps)}} if draw(st.booleans()) else {}
    agendas |= {"regular": {"title": draw(title), "steps": draw(steps)}} if draw(st.booleans()) else {}
    keys = draw(st.lists(key_part, max_size=6, unique=True))
    half = len(keys) // 2
    names = ["regular", "thematic", "eight-steps", *agendas]
    topics = [
        draw(topics_of(key, keys[:i], [*LADDERS, *own, *of_meetings], names))
        for i, key in enumerate(keys[:half])
    ]
    dated = ["report", "undated", *own]
    duties = [draw(duties_of(key, keys[:half], keys[: half + i], dated)) for i, key in enumerate(keys[half:])]
    decide = draw(st.lists(some({}, field=title, why=title), max_size=2))
    return {
        "plan": draw(head),
        "topics": topics,
        "duties": duties,
        "ladders": own | of_meetings,
        "agendas": agendas,
        "decide": decide,
    }


MEETING_DAY_ITSELF = {
    "plan": {"issuer": "A", "title": "B", "starts": "2022-01-01", "ends": "2024-12-31"},
    "topics": [{"key": "a", "title": "A", "meeting": "regular", "period": "2022-Q1"}],
    "duties": [{"key": "b", "do": "report", "title": "B", "due": {"after_meeting": 0}}],
}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # each example draws a whole workbook: shrinking takes minutes
)
@example(made=MEETING_DAY_ITSELF)
@given(made=plans())
def test_any_plan_comes_back_as_it_was(
    made: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    source = folder / "plan.yaml"
    source.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    try:
        plan = read_plan(source, agendas=AGENDAS)
    except Rejected:
        reject()
    assert there_and_back(plan, folder) == plan


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    texts = ["=SUM(A1:A9)", "+84", "@ai", "-5", "#REF!"]
    plan = PlanText.model_validate(
        {
            "plan": {"issuer": texts[0], "title": texts[1], "starts": "2022-01-01", "ends": "2022-12-31"},
            "decide": [{"field": one, "why": one} for one in texts],
        }
    )
    path = tmp_path / "ke-hoach.xlsx"
    write_plan(plan, path, templates=TEMPLATES)
    cells = [row[0] for row in load_workbook(path)["Cần quyết định"].iter_rows(min_row=2, max_row=6)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(one, "s") for one in texts]
    assert all(cell.quotePrefix for cell in cells[:4])
    assert read(path) == plan


def test_more_than_a_cell_holds_is_not_cut(tmp_path: Path) -> None:
    codes = ["x" * 900 + str(number) for number in range(40)]
    topic = {"key": "a", "title": "A", "meeting": "regular", "who": {"units": codes}}
    plan = PlanText.model_validate(
        {
            "plan": {"issuer": "A", "title": "B", "starts": "2022-01-01", "ends": "2022-12-31"},
            "topics": [topic],
        }
    )
    with pytest.raises(Invalid) as caught:
        write_plan(plan, tmp_path / "a.xlsx", templates=TEMPLATES)
    assert caught.value.code == "sheet_cell_too_long"
    assert "Chỉ các đơn vị" in RENDER.sentence(caught.value.code, caught.value.facts)


# The wording covers the format


FORMAT: list[tuple[str, Any, set[str]]] = [
    ("head", Head, {"basis", "documents"}),
    ("documents", Document, set()),
    ("topics", TopicText, {"variants", "documents"}),
    ("variants", Variant, {"documents"}),
    ("duties", DutyText, {"asks"}),
    ("figures", FigureText, set()),
    ("ladders", LadderLine, set()),
    ("agendas", AgendaStep, set()),
    ("decisions", Decision, set()),
]


@pytest.mark.parametrize(("name", "model", "elsewhere"), FORMAT, ids=[name for name, *_ in FORMAT])
def test_every_field_has_a_column(name: str, model: Any, elsewhere: set[str]) -> None:
    table = table_of(name)
    fields = {info.alias or field for field, info in model.model_fields.items()}
    assert {column.path[0] for column in table.columns if column.path} == fields - elsewhere
    parts_of: dict[str, Any] = {"who": Filter, "of": Filter, "due": Due}
    for part in fields & parts_of.keys():
        inner = {info.alias or field for field, info in parts_of[part].model_fields.items()}
        columns = {
            column.path[1] for column in table.columns if column.path[:1] == (part,) and column.path[1:]
        }
        operators = {"before", "by", "after_meeting", "before_meeting", "after_waiting", "undated"}
        assert columns - {"day", "days"} == inner - operators
    assert set(Agenda.model_fields) == {"key", "title", "steps"}


def table_of(name: str) -> SheetTable:
    return next(table for table in TABLES if table.name == name)


def test_every_column_has_its_words_and_nothing_else_has() -> None:
    for table in TABLES:
        names = {column.name for column in table.columns}
        assert set(WORDS.columns[table.name]) == names
        headings = [fold(WORDS.heading(table, name)) for name in names]
        assert len(set(headings)) == len(headings)
        for column in table.columns:
            assert 0 < len(WORDS.help(table, column.name)) <= 255
            assert not column.listed or WORDS.labels(column)


def test_labels_tell_their_values_apart() -> None:
    for name, labels in WORDS.lists.items():
        folded = [fold(label) for label in labels.values()]
        assert len(set(folded)) == len(folded), name
    assert set(WORDS.lists["kinds"]) - {"any"} == set(KINDS)
    assert set(WORDS.lists["sectors"]) == set(SECTORS)
    assert set(WORDS.lists["ladders"]) == set(LADDERS)


def test_every_choice_of_the_format_has_a_label() -> None:
    choices = {
        "merging": Head.model_fields["merging"],
        "meetings": TopicText.model_fields["meeting"],
        "figures": FigureText.model_fields["kind"],
        "known": FigureText.model_fields["known"],
        "does": DutyText.model_fields["do"],
        "counts": Due.model_fields["count"],
        "says": LadderLine.model_fields["say"],
        "whens": LadderLine.model_fields["when"],
        "tos": LadderLine.model_fields["to"],
        "asks": AgendaStep.model_fields["asks"],
        "spans": TopicText.model_fields["every"],
        "periods": Due.model_fields["every"],
    }
    for name, field in choices.items():
        said = set(re.findall(r"'(\w+)'", str(field.annotation)))
        assert set(WORDS.lists[name]) == said, name


# What a clerk types


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("25/8/2022", "25/8/2022"),
        (" 25 / 08 / 2022 ", "25/08/2022"),
        ("25-8-2022", "25/8/2022"),
        ("25.8.2022", "25/8/2022"),
        ("ngày 25 tháng 8 năm 2022", "25/8/2022"),
        ("Ngày 25/8/2022", "25/8/2022"),
        ("2022-08-25", "2022-08-25"),
        ("hôm nay", "hôm nay"),
    ],
)
def test_days(typed: str, meant: str) -> None:
    assert day_typed(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tháng 4/2022", "2022-04"),
        ("Tháng 04 năm 2022", "2022-04"),
        ("thang 4 nam 2022", "2022-04"),
        ("T4/2022", "2022-04"),
        ("4/2022", "2022-04"),
        ("quý I/2022", "2022-Q1"),
        ("Quý IV năm 2022", "2022-Q4"),
        ("QUÝ 2/2022", "2022-Q2"),
        ("2022-q1", "2022-Q1"),
        ("6 tháng đầu năm 2022", "2022-H1"),
        ("6 tháng cuối năm 2022", "2022-H2"),
        ("nửa đầu năm 2022", "2022-H1"),
        ("2022", "2022"),
        ("năm\u00a02022", "2022"),
        ("từ 01/5/2022 đến 30/6/2022", {"from": "2022-05-01", "to": "2022-06-30"}),
        ("1/5 - 30/6/2022", {"from": "2022-05-01", "to": "2022-06-30"}),
        ("1/5/2022-30/6/2022", {"from": "2022-05-01", "to": "2022-06-30"}),
        ("tháng 5 đến tháng 6/2022", {"from": "2022-05-01", "to": "2022-06-30"}),
        ("từ tháng 4 đến hết tháng 11/2022", {"from": "2022-04-01", "to": "2022-11-30"}),
        ("tháng 13/2022", "tháng 13/2022"),
        ("từ 31/2/2022 đến 1/3/2022", "từ 31/2/2022 đến 1/3/2022"),
        ("bao giờ cũng được", "bao giờ cũng được"),
    ],
)
def test_periods(typed: str, meant: object) -> None:
    assert period_typed(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quý I", "Q1"),
        ("Q4", "Q4"),
        ("6 tháng đầu năm", "H1"),
        ("h2", "H2"),
        ("tháng 3", "03"),
        ("3", "03"),
        ("13", "13"),
    ],
)
def test_parts_of_a_year(typed: str, meant: str) -> None:
    assert within_typed(typed) == meant


def test_numbers_and_yeses() -> None:
    assert [days_typed(one) for one in ("05", "5 ngày", "10 ngày làm việc", "0", "năm")] == [
        "5",
        "5",
        "10",
        "0",
        "năm",
    ]
    assert [yes_typed(one) for one in ("Có", "x", "CO", "true", "không", "Khong", "chắc")] == [
        *["true"] * 4,
        None,
        None,
        "chắc",
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trước hạn cuối 3 ngày", "due-3d"),
        ("Trước HẠN CUỐI 03 ngày", "due-3d"),
        ("sau hạn cuối 1 ngày, lúc 9:00", "due+1d 09:00"),
        ("sau hạn cuối 1 ngày lúc 9h", "due+1d 09:00"),
        ("đúng ngày nên xong", "safe+0d"),
        ("trước buổi họp 2 giờ", "meeting-2h"),
        ("safe-3d", "safe-3d"),
        ("khi nào tiện", "khi nào tiện"),
        ("đúng buổi họp lúc nào đó", "đúng buổi họp lúc nào đó"),
    ],
)
def test_moments(typed: str, meant: str) -> None:
    assert moment_typed(typed, WORDS) == meant


def test_every_shipped_moment_is_said_in_words() -> None:
    for lines in LADDERS.values():
        for line in lines:
            assert moment_said(line.at, WORDS) != line.at
            assert moment_typed(moment_said(line.at, WORDS), WORDS) == line.at


@given(
    items=st.lists(st.one_of(title, st.text('";, -\n“x', min_size=1).map(str.strip).filter(bool)), max_size=4)
)
def test_lists_come_apart_as_they_were_put_together(items: list[str]) -> None:
    tidy = [" ".join(item.split()) for item in items]
    assert split_cell(join_cell(tidy, FOR_CODES), FOR_CODES) == tidy
    assert split_cell(join_cell(tidy, FOR_TEXTS), FOR_TEXTS) == tidy


def test_lists_as_clerks_write_them() -> None:
    assert split_cell("CB01, CB02;CB03\nCB04,", FOR_CODES) == ["CB01", "CB02", "CB03", "CB04"]
    assert split_cell("- Như trên;\n- Ban Tổ chức, Văn phòng;", FOR_TEXTS) == [
        "Như trên",
        "Ban Tổ chức, Văn phòng",
    ]


def test_keys_are_made_from_words() -> None:
    assert key_typed("CĐ 1") == "cd-1"
    assert key_typed("cd_1.a") == "cd_1.a"
    assert key_typed("???") == "???"
    long = "Giải pháp lãnh đạo, chỉ đạo nâng cao chất lượng hoạt động của các đoàn thể"
    assert key_from("Chuyên đề một") == "chuyen-de-mot"
    assert key_from(long) != key_from(long + " trong cơ quan")
    assert key_from(long).startswith("giai-phap-lanh-dao-chi-dao-nang-cao")


def test_what_a_clerk_types_is_understood(form: Form) -> None:
    form.line("Chuyên đề", {"Tên chuyên đề": "Mọi loại", "Loại sinh hoạt": "THUONG KY", "Kỳ thực hiện": "tháng 4/2022",
        "Loại tổ chức": "chi bo; Đảng bộ CƠ SỞ, van_phong", "Loại hình": "doanh nghiệp", "Chỉ đơn vị trực thuộc": "x"})  # fmt: skip
    form.line("Chuyên đề", {"Tên chuyên đề": "Có mã", "Mã chuyên đề": "CĐ 2", "Loại sinh hoạt": "chuyên đề",
        "Loại tổ chức": "tất cả", "Chương trình họp": "chuong trinh sinh hoat chuyen de (8 buoc)"})  # fmt: skip
    form.line("Chuyên đề", {"Tên chuyên đề": "Đơn vị", "Loại sinh hoạt": "thematic ", "Chỉ các đơn vị": 101.0,
        "Trừ các đơn vị": "CB02, CB03", "Sau chuyên đề": "cd-2", "Lặp lại": "Hằng quý", "Kỳ thực hiện": 2022})  # fmt: skip
    form.rows["Việc phải làm"] += 3
    form.line("Việc phải làm", {**DUTY, "Ngày hạn": "25/8/2022\u00a0", "Chỉ đơn vị trực thuộc": "Không"})
    form.line(
        "Việc phải làm",
        {"Tên việc": "Báo cáo quý {kỳ}", "Phải làm gì": "xác nhận", "Cách tính hạn": "Định kỳ"},
    )
    form.line("Việc phải làm", {"Tên việc": "Sau họp {Chuyên Đề}", "Phải làm gì": "nop bao cao", "Số ngày": 2.0,
        "Cách tính hạn": "sau buổi họp ngày", "Theo buổi họp nào": "mọi loại; CĐ 2", "Chờ việc nào xong": "báo cáo năm",
        "Tính theo": "ngày làm việc"})  # fmt: skip
    plan = form.read()
    one, two, three = plan.topics
    assert (one.key, one.meeting, one.who.kinds) == (
        "moi-loai",
        "regular",
        ("chi_bo", "dang_bo_co_so", "van_phong"),
    )
    assert (one.who.sectors, one.who.direct) == (("doanh_nghiep",), True)
    assert one.period is not None
    assert (one.period.first, one.period.last) == (date(2022, 4, 1), date(2022, 4, 30))
    assert (two.key, two.who.kinds, two.agenda, two.pool) == ("cd-2", (), "eight-steps", True)
    assert (three.who.units, three.who.excluded, three.who.kinds) == (("101",), ("CB02", "CB03"), ())
    assert (three.follows, three.every) == ("cd-2", "quarter")
    year, asked, after = plan.duties
    assert (year.due.before, year.who.direct) == (date(2022, 8, 25), False)
    assert (asked.due.every, asked.title) == ("ask", "Báo cáo quý {period}")
    assert (after.due.after_meeting, after.due.count, after.due.topics) == (
        2,
        "working",
        ("moi-loai", "cd-2"),
    )
    assert (after.title, after.waits) == ("Sau họp {topic}", "bao-cao-nam")
    assert "eight-steps" in plan.agendas


def test_a_month_that_excel_has_made_a_day_of(form: Form) -> None:
    row = form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": datetime(2022, 4, 1)})
    sheet = form.book["Chuyên đề"]
    sheet[place(sheet, "Kỳ thực hiện", row)].number_format = "mmm-yy"
    period = form.read().topics[0].period
    assert period is not None
    assert (period.first, period.last) == (date(2022, 4, 1), date(2022, 4, 30))


def test_a_day_that_lost_its_format_is_a_number(form: Form) -> None:
    row = form.line("Việc phải làm", {**DUTY, "Ngày hạn": 44798})
    sheet = form.book["Việc phải làm"]
    sheet[place(sheet, "Ngày hạn", row)].number_format = "General"
    assert form.read().duties[0].due.before == date(2022, 8, 25)


def test_rows_left_blank_below_go_with_the_row_above(form: Form) -> None:
    form.line("Chuyên đề", TOPIC)
    form.line(
        "Phương án",
        {"Của chuyên đề": "Chuyên đề một", "Loại hình": "doanh nghiệp", "Tên riêng của chuyên đề": "Riêng"},
    )
    form.line("Phương án", {"Mã phương án": "khac"})
    form.line("Văn bản", {"Thuộc phần": "can cu", "Loại văn bản": "Chỉ thị", "Trích yếu": "một"})
    form.line("Văn bản", {"Loại văn bản": "Chỉ thị", "Trích yếu": "hai"})
    form.line("Văn bản", {"Của chuyên đề": "chuyên đề một", "Loại văn bản": "Đề cương", "Trích yếu": "ba"})
    form.line(
        "Văn bản",
        {
            "Của chuyên đề": "chuyên đề một",
            "Của phương án": "Riêng",
            "Loại văn bản": "Đề cương",
            "Trích yếu": "bốn",
        },
    )
    form.line(
        "Thang nhắc",
        {
            "Tên thang nhắc": "Nhắc nhẹ",
            "Nhắc khi nào": "trước hạn cuối 1 ngày",
            "Nhắc điều gì": "sắp đến hạn",
        },
    )
    form.line("Thang nhắc", {"Nhắc khi nào": "sau hạn cuối 1 ngày", "Nhắc điều gì": "đã quá hạn"})
    form.line("Chương trình", {"Tên chương trình": "Của xã", "Bước": "Mở đầu"})
    form.line("Chương trình", {"Bước": "Điểm danh", "Trợ lý hỏi gì": "số liệu điểm danh", "Nếu có": "Có"})
    form.line("Việc phải làm", {**DUTY, "Thang nhắc": "nhac nhe"})
    form.put("Chuyên đề", "Chương trình họp", "của xã")
    plan = form.read()
    topic = plan.topics[0]
    assert [document.title for document in plan.head.basis] == ["một", "hai"]
    assert [document.title for document in topic.documents] == ["ba"]
    assert [(v.key, v.who is None, [d.title for d in v.documents]) for v in topic.variants] == [
        ("rieng", False, ["bốn"]),
        ("khac", True, []),
    ]
    assert [line.at for line in plan.ladders["nhac-nhe"]] == ["due-1d", "due+1d"]
    assert plan.duties[0].ladder == "nhac-nhe"
    assert topic.agenda == "cua-xa"
    assert [(step.key, step.asks, step.optional) for step in plan.agendas["cua-xa"].steps] == [
        ("mo-dau", "none", False),
        ("diem-danh", "attendance", True),
    ]


def test_made_keys_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = [{**TOPIC, "Kỳ thực hiện": f"quý {part}/2022"} for part in ("I", "II", "III")]
    rows.append({**TOPIC, "Tên chuyên đề": "Báo cáo năm"})
    found = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        form = Form(tmp_path)
        for index in order:
            form.line("Chuyên đề", rows[index])
        form.line("Việc phải làm", DUTY)
        plan = form.read()
        found.append(
            {(t.title, t.period and t.period.first): t.key for t in plan.topics}
            | {"duty": plan.duties[0].key}
        )
    assert found[0] == found[1]
    assert len(set(found[0].values())) == 5


def test_a_banner_over_the_headings_is_passed_over(form: Form) -> None:
    form.line("Chuyên đề", TOPIC)
    sheet = form.book["Chuyên đề"]
    sheet.insert_rows(1, 2)
    sheet["A1"] = "DANH SÁCH CHUYÊN ĐỀ"
    sheet.merge_cells("A1:F1")
    assert [topic.title for topic in form.read().topics] == ["Chuyên đề một"]


def test_sheets_that_are_not_needed_may_be_missing(form: Form) -> None:
    form.line("Việc phải làm", DUTY)
    for name in (
        "Hướng dẫn",
        "Ví dụ",
        "Văn bản",
        "Chuyên đề",
        "Phương án",
        "Thang nhắc",
        "Chương trình",
        "Cần quyết định",
    ):
        del form.book[name]
    assert [duty.key for duty in form.read().duties] == ["bao-cao-nam"]


def test_the_empty_form_asks_for_the_head_alone(tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    write_template(path, agendas=AGENDAS, templates=TEMPLATES)
    with pytest.raises(Rejected) as caught:
        read(path)
    assert [(p.place, p.code, p.facts["field"]) for p in caught.value.problems] == [
        ("mau.xlsx Kế hoạch!B3", "plan_missing", "Cơ quan ban hành"),
        ("mau.xlsx Kế hoạch!B4", "plan_missing", "Tên kế hoạch"),
        ("mau.xlsx Kế hoạch!B5", "plan_missing", "Thực hiện từ ngày"),
        ("mau.xlsx Kế hoạch!B6", "plan_missing", "Thực hiện đến ngày"),
    ]


def test_the_form_looks_as_it_should(tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    write_template(path, agendas=AGENDAS, templates=TEMPLATES)
    book = load_workbook(path)
    assert book.sheetnames == list(WORDS.sheets.values())
    assert book["Danh mục"].sheet_state == "hidden"
    for table in TABLES:
        sheet = book[WORDS.sheets[table.name]]
        assert sheet.freeze_panes
        first = sheet["A1"]
        assert first.font.b
        assert first.alignment.wrap_text
        offers = sheet.data_validations.dataValidation
        assert len(offers) == len(table.columns)
        for offer, column in zip(offers, table.columns, strict=True):
            assert offer.prompt
            assert (offer.type == "list") == bool(offered(book, offer.formula1)) or column.form in (
                "topic",
                "topics",
                "variant",
            )
            if column.listed:
                assert set(WORDS.labels(column).values()) == set(offered(book, offer.formula1))
    day = book["Việc phải làm"][place(book["Việc phải làm"], "Ngày hạn", 2)]
    assert day.number_format == "dd/mm/yyyy"
    guide = "\n".join(str(cell.value) for row in book["Hướng dẫn"].iter_rows() for cell in row if cell.value)
    for label in WORDS.lists["operators"].values():
        assert label in guide


def offered(book: Workbook, source: str | None) -> list[str]:
    found = re.fullmatch(r"'(.+)'!\$(\w+)\$1:\$\w+\$(\d+)", source or "")
    if not found:
        return []
    return [str(book[found[1]][f"{found[2]}{row}"].value) for row in range(1, int(found[3]) + 1)]


def test_a_plan_of_two_pages_typed_into_the_form(form: Form, tmp_path: Path) -> None:
    type_two_pages(form)
    source = tmp_path / "plan.yaml"
    source.write_text(
        """
plan:
  symbol: 12-KH/ĐU
  date: 2022-08-05
  issuer: Ban Thường vụ Đảng ủy xã
  title: Sinh hoạt chuyên đề “Tự soi, tự sửa”
  starts: 2022-08-05
  ends: 2022-12-31
  merging: embedded
  basis: [{type: Kết luận, symbol: 21-KL/TW, date: 2021-10-25, issuer: Ban Chấp hành Trung ương Đảng}]
  recipients: [Ban Tuyên giáo Thị ủy, Các chi bộ trực thuộc, Lưu VPĐU]
topics:
  - key: diem
    title: Tự soi, tự sửa (sinh hoạt điểm)
    meeting: thematic
    period: {from: 2022-08-05, to: 2022-09-09}
    who: {units: [TPT3]}
    guests: [Thường trực Đảng ủy, Các đồng chí bí thư chi bộ]
  - {key: tu-soi-tu-sua, title: "Tự soi, tự sửa", meeting: thematic, period: {from: 2022-09-10, to: 2022-09-19},
     who: {except: [TPT3]}, follows: diem}
duties:
  - {key: dang-ky-thoi-gian, title: Đăng ký thời gian, do: report, to: Thường trực Đảng ủy, via: Văn phòng Đảng ủy,
     due: {before: 2022-08-25}}
  - {key: du-thao-chuyen-de, title: Dự thảo chuyên đề, do: report, due: {before_meeting: 5}}
  - {key: chuyen-du-thao-cua-don-vi, title: "Chuyển dự thảo của {unit}", do: confirm, who: {kinds: [van_phong]},
     due: {before_meeting: 3}, waits: du-thao-chuyen-de, for_each: unit}
  - {key: ket-qua-theo-doi, title: Kết quả theo dõi, do: report, who: {kinds: [doan_cong_tac]}, due: {every: ask}}
""",
        "utf-8",
    )
    assert form.read() == read_plan(source, agendas=AGENDAS)


# Faults, each with its cell


def topic_with(**values: object) -> Callable[[Form], None]:
    return lambda form: void(
        form.line("Chuyên đề", {**TOPIC, **{k.replace("_", " "): v for k, v in values.items()}})
    )


def duty_with(**values: object) -> Callable[[Form], None]:
    return lambda form: void(
        form.line("Việc phải làm", {**DUTY, **{k.replace("_", " "): v for k, v in values.items()}})
    )


def head_with(heading: str, value: object) -> Callable[[Form], None]:
    return lambda form: void(form.put("Kế hoạch", heading, value))


def void(_: object) -> None:
    return None


def lines(sheet: str, *rows: Mapping[str, object]) -> Callable[[Form], None]:
    def fill(form: Form) -> None:
        form.line("Chuyên đề", TOPIC)
        for row in rows:
            form.line(sheet, row)

    return fill


PAPER = {"Thuộc phần": "Căn cứ", "Loại văn bản": "Chỉ thị", "Trích yếu": "một"}
RUNG = {"Tên thang nhắc": "a", "Nhắc khi nào": "due-1d", "Nhắc điều gì": "sắp đến hạn"}
FAULTS: list[tuple[Callable[[Form], None], str, str]] = [
    (head_with("Cơ quan ban hành", None), "Kế hoạch!B3", "plan_missing"),
    (head_with("Ngày ban hành", "hôm qua"), "Kế hoạch!B2", "plan_not_a_date"),
    (head_with("Thực hiện đến ngày", "1/1/2021"), "Kế hoạch!B6", "plan_period_order"),
    (head_with("Ghép với sinh hoạt thường kỳ", "tùy"), "Kế hoạch!B7", "plan_choice"),
    (head_with("Đơn vị được tự chọn", "bỏ"), "Kế hoạch!B8", "plan_choice"),
    (head_with("Tên kế hoạch", "x" * 1001), "Kế hoạch!B4", "plan_too_long"),
    (topic_with(Tên_chuyên_đề=None), "Chuyên đề!B2", "plan_missing"),
    (topic_with(Loại_sinh_hoạt="họp"), "Chuyên đề!C2", "plan_choice"),
    (topic_with(Loại_sinh_hoạt=None), "Chuyên đề!C2", "plan_missing"),
    (topic_with(Kỳ_thực_hiện="quý V/2022"), "Chuyên đề!D2", "sheet_bad_period"),
    (topic_with(Kỳ_thực_hiện="từ 30/6/2022 đến 1/5/2022"), "Chuyên đề!D2", "plan_period_order"),
    (topic_with(Kỳ_thực_hiện="quý I/2023"), "Chuyên đề!D2", "sheet_outside_window"),
    (topic_with(Lặp_lại="hằng năm"), "Chuyên đề!E2", "sheet_due_never"),
    (topic_with(Chỉ_kỳ_còn_trống="Có"), "Chuyên đề!F2", "plan_due_extra"),
    (topic_with(Chỉ_kỳ_còn_trống="đôi khi"), "Chuyên đề!F2", "sheet_not_yes_no"),
    (topic_with(Loại_tổ_chức="chi bộ, chi hội"), "Chuyên đề!G2", "plan_unknown_kind"),
    (topic_with(Loại_hình="nhà máy"), "Chuyên đề!H2", "plan_unknown_sector"),
    (topic_with(Chương_trình_họp="Của tôi"), "Chuyên đề!L2", "plan_unknown_agenda"),
    (topic_with(Sau_chuyên_đề="Chuyên đề hai"), "Chuyên đề!P2", "sheet_unknown_topic"),
    (topic_with(Sau_chuyên_đề="Chuyên đề một"), "Chuyên đề!P2", "sheet_waits_ring"),
    (topic_with(Thang_nhắc="nhanh"), "Chuyên đề!Q2", "plan_unknown_ladder"),
    (topic_with(Mã_chuyên_đề="???"), "Chuyên đề!A2", "sheet_bad_key"),
    (lines("Chuyên đề", TOPIC), "Chuyên đề!B3", "sheet_row_twice"),
    (lines("Chuyên đề", {**TOPIC, "Mã chuyên đề": "a"}, {**TOPIC, "Mã chuyên đề": "a"}), "Chuyên đề!A4", "sheet_duplicate_key"),
    (duty_with(Phải_làm_gì="làm"), "Việc phải làm!C2", "plan_choice"),
    (duty_with(Tên_việc="Báo cáo {chuyên đề}"), "Việc phải làm!B2", "plan_placeholder"),
    (duty_with(Cách_tính_hạn=None), "Việc phải làm!K2", "plan_missing"),
    (duty_with(Cách_tính_hạn="mai"), "Việc phải làm!K2", "plan_choice"),
    (duty_with(Ngày_hạn=None), "Việc phải làm!L2", "plan_missing"),
    (duty_with(Ngày_hạn="31/2/2022"), "Việc phải làm!L2", "plan_not_a_date"),
    (duty_with(Ngày_hạn="25/12/2023"), "Việc phải làm!K2", "sheet_outside_window"),
    (duty_with(Số_ngày=3), "Việc phải làm!Q2", "plan_due_extra"),
    (duty_with(Chu_kỳ="hằng quý"), "Việc phải làm!M2", "plan_due_extra"),
    (duty_with(Cách_tính_hạn="định kỳ", Ngày_hạn=None, Chu_kỳ="đôi khi"), "Việc phải làm!M2", "plan_choice"),
    (duty_with(Cách_tính_hạn="định kỳ", Ngày_hạn=None, Chu_kỳ="hằng quý", Vào_phần_nào_của_năm="quý I"),
        "Việc phải làm!N2", "plan_due_extra"),
    (duty_with(Cách_tính_hạn="định kỳ", Ngày_hạn=None, Chu_kỳ="hằng năm", Vào_phần_nào_của_năm="quý 5"),
        "Việc phải làm!N2", "sheet_bad_within"),
    (duty_with(Cách_tính_hạn="định kỳ", Ngày_hạn=None, Chu_kỳ="hằng năm", Vào_phần_nào_của_năm="tháng 12", Định_kỳ_đến_ngày="1/12/2022"),
        "Việc phải làm!K2", "sheet_due_never"),
    (duty_with(Cách_tính_hạn="sau buổi họp … ngày", Ngày_hạn=None, Số_ngày="vài"), "Việc phải làm!Q2", "plan_not_a_number"),
    (duty_with(Cách_tính_hạn="sau buổi họp … ngày", Ngày_hạn=None), "Việc phải làm!Q2", "plan_missing"),
    (duty_with(Cách_tính_hạn="sau buổi họp … ngày", Ngày_hạn=None, Số_ngày=1, Theo_buổi_họp_nào="gì đó"),
        "Việc phải làm!S2", "sheet_unknown_topic"),
    (duty_with(Cách_tính_hạn="sau khi việc khác xong … ngày", Ngày_hạn=None, Số_ngày=1), "Việc phải làm!T2", "sheet_waits_missing"),
    (duty_with(Cách_tính_hạn="sau khi việc khác xong … ngày", Ngày_hạn=None, Số_ngày=1, Chờ_việc_nào_xong="việc ma"),
        "Việc phải làm!T2", "sheet_unknown_waits"),
    (duty_with(Chờ_việc_nào_xong="Báo cáo năm"), "Việc phải làm!T2", "sheet_waits_ring"),
    (duty_with(Cách_tính_hạn="định kỳ", Ngày_hạn=None, Bắt_đầu_nhắc_từ_ngày="1/2/2022"), "Việc phải làm!V2", "sheet_opens_not_here"),
    (duty_with(Bắt_đầu_nhắc_từ_ngày="26/12/2022"), "Việc phải làm!V2", "plan_opens_late"),
    (duty_with(Đơn_vị_được_tính="chi bộ"), "Việc phải làm!X2", "plan_due_extra"),
    (duty_with(Thang_nhắc="Nhắc họp"), "Việc phải làm!AC2", "sheet_ladder_needs_meeting"),
    (lines("Phương án", {"Mã phương án": "a"}), "Phương án!A2", "plan_missing"),
    (lines("Phương án", {"Của chuyên đề": "khác"}), "Phương án!A2", "sheet_unknown_topic"),
    (lines("Phương án", {"Của chuyên đề": "Chuyên đề một", "Loại hình": "khác"}), "Phương án!C2", "sheet_variant_otherwise"),
    (lines("Phương án", {"Của chuyên đề": "Chuyên đề một", "Loại tổ chức": "văn phòng"}, {"Mã phương án": "x"}),
        "Phương án!C2", "sheet_variant_nobody"),
    (lines("Phương án", {"Của chuyên đề": "Chuyên đề một"}, {"Mã phương án": "x"}), "Phương án!C2", "sheet_variant_unreachable"),
    (lines("Văn bản", {"Loại văn bản": "Chỉ thị", "Trích yếu": "một"}), "Văn bản!A2", "plan_missing"),
    (lines("Văn bản", {**PAPER, "Thuộc phần": "Phụ lục"}), "Văn bản!A2", "plan_choice"),
    (lines("Văn bản", {**PAPER, "Của chuyên đề": "Chuyên đề một"}), "Văn bản!B2", "plan_due_extra"),
    (lines("Văn bản", {**PAPER, "Thuộc phần": "Văn bản của chuyên đề"}), "Văn bản!B2", "plan_missing"),
    (lines("Văn bản", {**PAPER, "Thuộc phần": "Văn bản của chuyên đề", "Của chuyên đề": "lạ"}), "Văn bản!B2", "sheet_unknown_topic"),
    (lines("Văn bản", {**PAPER, "Thuộc phần": None, "Của chuyên đề": "Chuyên đề một", "Của phương án": "lạ"}),
        "Văn bản!C2", "sheet_unknown_variant"),
    (lines("Văn bản", {**PAPER, "Trích yếu": None}), "Văn bản!H2", "sheet_document_unnamed"),
    (lines("Văn bản", {**PAPER, "Loại văn bản": None}), "Văn bản!D2", "plan_missing"),
    (lines("Văn bản", {**PAPER, "Địa chỉ trang": "vi.du"}), "Văn bản!J2", "plan_bad_url"),
    (lines("Văn bản", {**PAPER, "Tên tệp": "../a.pdf"}), "Văn bản!K2", "plan_bad_path"),
    (lines("Văn bản", PAPER, {**PAPER, "Nơi ban hành": "khác"}), "Văn bản!D3", "plan_document_twice"),
    (lines("Thang nhắc", {"Nhắc khi nào": "due-1d", "Nhắc điều gì": "sắp đến hạn"}), "Thang nhắc!A2", "plan_missing"),
    (lines("Thang nhắc", {**RUNG, "Nhắc khi nào": "mai"}), "Thang nhắc!C2", "sheet_bad_rung"),
    (lines("Thang nhắc", {**RUNG, "Nhắc điều gì": "gì"}), "Thang nhắc!D2", "plan_choice"),
    (lines("Thang nhắc", {**RUNG, "Mã lần nhắc": "a"}, {**RUNG, "Mã lần nhắc": "a"}), "Thang nhắc!B3", "sheet_duplicate_key"),
    (lines("Thang nhắc", {**RUNG, "Tên thang nhắc": "???"}), "Thang nhắc!A2", "sheet_bad_key"),
    (lines("Chương trình", {"Mã chương trình": "a", "Bước": "một"}), "Chương trình!A2", "plan_missing"),
    (lines("Chương trình", {"Tên chương trình": "a", "Phần": "một"}), "Chương trình!D2", "plan_missing"),
    (lines("Chương trình", {"Tên chương trình": "a", "Bước": "Báo cáo {văn bản}"}), "Chương trình!D2", "plan_placeholder"),
    (lines("Cần quyết định", {"Chỗ cần quyết định": "a"}), "Cần quyết định!B2", "plan_missing"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "at", "code"), FAULTS, ids=[f"{at} {code}" for _, at, code in FAULTS])
def test_a_fault_is_laid_to_its_cell(spoil: Callable[[Form], None], at: str, code: str, form: Form) -> None:
    spoil(form)
    assert form.faults() == [(at, code)]


def test_every_sentence_of_the_workbook_is_shown_by_a_test() -> None:
    import yaml

    codes = set(yaml.safe_load((TEMPLATES / "problems" / "sheets.yaml").read_text("utf-8")))
    here = Path(__file__).read_text("utf-8")
    assert {code for code in codes if f'"{code}"' not in here} == set()


def test_faults_speak_the_words_of_the_workbook(form: Form) -> None:
    form.line("Chuyên đề", {**TOPIC, "Loại tổ chức": "chi bô cơ sở", "Loại sinh hoạt": "họp"})
    form.line("Việc phải làm", {**DUTY, "Tên việc": "Báo cáo {kỳ}", "Số ngày": 2})
    said = [RENDER.sentence(problem.code, problem.facts) for problem in form.problems()]
    assert "“Loại sinh hoạt”" in said[0]
    assert "thường kỳ, chuyên đề" in said[0]
    assert "Đảng bộ cơ sở" in said[1]
    assert not [one for one in said if re.search(r"[a-z]_[a-z]|who|starts|due|topic|period", one)]


def test_all_faults_come_at_once_from_the_top(form: Form) -> None:
    form.put("Kế hoạch", "Tên kế hoạch", None)
    form.line("Việc phải làm", {**DUTY, "Ngày hạn": "mai"})
    form.line("Việc phải làm", {"Tên việc": "Hai"})
    form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": "lúc nào đó", "Loại hình": "lạ"})
    assert form.faults() == [
        ("Kế hoạch!B4", "plan_missing"),
        ("Chuyên đề!D2", "sheet_bad_period"),
        ("Chuyên đề!H2", "plan_unknown_sector"),
        ("Việc phải làm!L2", "plan_not_a_date"),
        ("Việc phải làm!C3", "plan_missing"),
        ("Việc phải làm!K3", "plan_missing"),
    ]


def test_names_that_mean_two_rows_are_asked_about(form: Form) -> None:
    form.line("Chuyên đề", {**TOPIC, "Mã chuyên đề": "a"})
    form.line("Chuyên đề", {**TOPIC, "Mã chuyên đề": "b"})
    row = form.line(
        "Chuyên đề", {**TOPIC, "Mã chuyên đề": "c", "Tên chuyên đề": "Ba", "Sau chuyên đề": "chuyên đề một"}
    )
    assert form.faults() == [(f"Chuyên đề!P{row}", "sheet_ambiguous")]


def test_formulas_and_error_cells(form: Form) -> None:
    row = form.line("Chuyên đề", {**TOPIC, "Tên chuyên đề": "=A1&B1"})
    error = form.book["Việc phải làm"][
        place(form.book["Việc phải làm"], "Tên việc", form.line("Việc phải làm", DUTY))
    ]
    error.value = "#REF!"
    error.data_type = "e"
    assert form.faults() == [
        (f"Chuyên đề!B{row}", "sheet_formula_without_value"),
        ("Việc phải làm!B2", "sheet_cell_error"),
    ]


def test_a_formula_that_has_its_value_is_that_value(form: Form) -> None:
    form.line("Chuyên đề", {**TOPIC, "Tên chuyên đề": "=1&2"})
    form.book.save(form.path)
    patched = form.path.with_name("tinh.xlsx")
    with zipfile.ZipFile(form.path) as old, zipfile.ZipFile(patched, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b"<f>1&amp;2</f><v></v>", b"<f>1&amp;2</f><v>12</v>")
            new.writestr(name, content.replace(b"<f>1&amp;2</f><v />", b"<f>1&amp;2</f><v>12</v>"))
    assert read(patched).topics[0].title == "12"


def change(form: Form, sheet: str, cell: str, value: str | None) -> None:
    form.book[sheet][cell] = value


HEADERS: list[tuple[str, str, str | None, list[tuple[str, str]]]] = [
    ("Chuyên đề", "S1", "Ghi chú thêm", [("Chuyên đề!S1", "sheet_unknown_column")]),
    ("Chuyên đề", "S2", "ngoài bảng", [("Chuyên đề!S2", "sheet_column_unnamed")]),
    ("Chuyên đề", "S1", "Khách mời", [("Chuyên đề!S1", "sheet_column_twice")]),
    (
        "Chuyên đề",
        "C1",
        None,
        [("Chuyên đề!A1", "sheet_column_missing"), ("Chuyên đề!C2", "sheet_column_unnamed")],
    ),
    ("Kế hoạch", "A3", None, [("Kế hoạch!A1", "sheet_column_missing"), ("Kế hoạch!A3", "sheet_unknown_row")]),
    ("Kế hoạch", "A2", "Ngày ban hàng", [("Kế hoạch!A2", "sheet_unknown_row")]),
    ("Kế hoạch", "A2", "Tên kế hoạch", [("Kế hoạch!A4", "sheet_column_twice")]),
]


@pytest.mark.parametrize(("sheet", "cell", "value", "faults"), HEADERS)
def test_headings_that_are_not_ours(
    sheet: str, cell: str, value: str | None, faults: list[tuple[str, str]], form: Form
) -> None:
    form.line("Chuyên đề", TOPIC)
    form.put("Kế hoạch", "Ngày ban hành", "1/1/2022")
    change(form, sheet, cell, value)
    assert form.faults() == faults


def test_an_unknown_heading_comes_with_the_nearest(form: Form) -> None:
    change(form, "Chuyên đề", "M1", "Khach moi du")
    (problem,) = form.problems()
    assert problem.facts["hint"] == "Khách mời"


def test_a_sheet_whose_headings_are_gone(form: Form) -> None:
    form.book["Chuyên đề"].delete_rows(1)
    form.book["Chuyên đề"]["A1"] = "gì đó"
    assert form.faults() == [("Chuyên đề!A1", "sheet_no_header")]


def test_a_renamed_sheet_is_not_passed_over(form: Form) -> None:
    form.line("Chuyên đề", TOPIC)
    form.book["Chuyên đề"].title = "Các chuyên đề"
    form.book.create_sheet("Nháp")
    (problem,) = form.problems()
    assert (problem.place, problem.code) == ("don.xlsx Các chuyên đề", "sheet_unknown_sheet")
    assert problem.facts["hint"] == "Chuyên đề"


def test_a_workbook_without_its_head(form: Form) -> None:
    form.line("Chuyên đề", TOPIC)
    del form.book["Kế hoạch"]
    (problem,) = form.problems()
    assert (problem.place, problem.code) == ("don.xlsx", "sheet_absent")


# Files that are none of ours


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        read(path)
    for problem in caught.value.problems:
        assert RENDER.sentence(problem.code, problem.facts)
    return [(problem.place, problem.code) for problem in caught.value.problems]


def test_workbooks_of_another_kind(tmp_path: Path) -> None:
    book = Workbook()
    book.save(tmp_path / "trong.xlsx")
    assert refused(tmp_path / "trong.xlsx") == [("trong.xlsx", "sheet_not_ours")]
    assert book.active is not None
    book.active["A1"] = "code"
    book.save(tmp_path / "khac.xlsx")
    assert refused(tmp_path / "khac.xlsx") == [("khac.xlsx", "sheet_not_ours")]


def test_files_that_are_no_workbooks(tmp_path: Path) -> None:
    contents = {
        "chu.xlsx": ("Kế hoạch".encode(), "sheet_unreadable"),
        "rong.xlsx": (b"", "sheet_unreadable"),
        "khoa.xlsx": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "sheet_old"),
    }
    for name, (content, code) in contents.items():
        (tmp_path / name).write_bytes(content)
        assert refused(tmp_path / name) == [(name, code)]
    assert refused(tmp_path / "khong-co.xlsx") == [("khong-co.xlsx", "sheet_unreadable")]
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    assert refused(tmp_path / "zip.xlsx") == [("zip.xlsx", "sheet_unreadable")]


def test_a_hidden_sheet_of_notes_and_a_wrong_size_do_no_harm(form: Form) -> None:
    form.line("Chuyên đề", TOPIC)
    form.book.create_sheet("nháp", 0)["A1"] = "ghi chép"
    form.book.worksheets[0].sheet_state = "hidden"
    form.book.save(form.path)
    narrowed = io.BytesIO(form.path.read_bytes())
    with zipfile.ZipFile(narrowed) as old, zipfile.ZipFile(form.path, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, re.sub(rb'<dimension ref="[^"]*" ?/>', b'<dimension ref="A1"/>', old.read(name))
            )
    assert len(read(form.path).topics) == 1


def test_a_plan_saved_as_strict_open_xml(form: Form) -> None:
    form.line("Chuyên đề", TOPIC)
    form.book.save(form.path)
    assert len(read(strict(form.path)).topics) == 1


def test_a_bomb_is_not_unpacked(form: Form) -> None:
    form.book.save(form.path)
    with (
        zipfile.ZipFile(form.path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/bom.xml", "w") as part,
    ):
        for _ in range(161):
            part.write(b" " * 1024**2)
    assert refused(form.path) == [("don.xlsx", "sheet_too_large")]


def test_entities_are_not_unfolded(form: Form, tmp_path: Path) -> None:
    form.book.save(form.path)
    path = tmp_path / "thuc-the.xlsx"
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaa">]>'
    with zipfile.ZipFile(form.path) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, (bomb if name.endswith("sheet2.xml") else b"") + old.read(name))
    assert refused(path) == [("thuc-the.xlsx", "sheet_unreadable")]


def test_a_locked_part_is_named_as_such(form: Form) -> None:
    form.book.save(form.path)
    content = bytearray(form.path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    form.path.write_bytes(bytes(content))
    assert refused(form.path) == [("don.xlsx", "sheet_locked")]


def test_a_hundred_thousand_blank_rows_are_nothing(form: Form) -> None:
    form.line("Chuyên đề", TOPIC)
    sheet = form.book["Chuyên đề"]
    for row in range(50, 100_050):
        sheet.cell(row, 1).number_format = "@"
    assert len(form.read().topics) == 1


def test_a_row_beyond_every_sheet_does_not_hang(form: Form, tmp_path: Path) -> None:
    form.book.save(form.path)
    path = tmp_path / "xa.xlsx"
    with zipfile.ZipFile(form.path) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            far = b'<row r="999999999999"><c r="A2" t="str"><v>a</v></c></row></sheetData>'
            content = old.read(name)
            new.writestr(
                name, content.replace(b"</sheetData>", far) if name.endswith("sheet4.xml") else content
            )
    assert refused(path) == [("xa.xlsx", "sheet_too_large")]


def test_damaged_workbooks_are_refused_and_break_nothing(tmp_path: Path) -> None:
    path = tmp_path / "hong.xlsx"
    write_template(path, agendas=AGENDAS, templates=TEMPLATES)
    whole = path.read_bytes()
    chance = random.Random(7)
    for _ in range(40):
        content = bytearray(whole)
        for _ in range(chance.randrange(1, 30)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(bytes(content[: chance.choice([len(content), chance.randrange(len(content))])]))
        with pytest.raises(Rejected):
            read(path)
