"""Numbers that plans ask for, reported upward: sums over sums, of texts how many, and a file of before there were any."""

import json
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.problems import Invalid
from bot.summaries.collecting import count_upward
from bot.summaries.localities import distrust_locality, take_upward, trust_locality
from bot.summaries.table import summary_workbook
from bot.summaries.upward import (
    PeriodAnswers,
    Upward,
    public_key,
    read_upward,
    sign_upward,
)
from bot.tables import FigureKind, LocalityAnswers, LocalityDuties, Membership
from tests.kit.committees import committee
from tests.kit.figures import FIGURES
from tests.kit.files import stored
from tests.kit.places import TEMPLATES
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.wording import reads_well
from tests.kit.world import World

SECRET, OTHER = "A" * 43, "B" * 42 + "A"
OWN = public_key("C" * 42 + "A")
APRIL = (date(2022, 4, 1), date(2022, 4, 28))
TOLD = {"CB01": (3, 28, "Thiếu tài liệu của bà Lê Thị Mận"), "CB02": (2, 10, "")}
"""What the cells have said."""


def asking(world: World) -> None:
    committee(world)
    world.load(plan_of(FIGURES))


pytestmark = begins(asking)


def told(world: World) -> None:
    for unit, (models, own, text) in TOLD.items():
        secretary = world.registered(unit, "secretary")
        secretary.says("/nop").taps("Báo cáo kết quả").hands(stored("a.pdf")).taps("Xong")
        secretary.says(f"{models} mô hình, {own} kế hoạch cá nhân")
        if text:
            secretary.says(text).taps("Không phải tên người, giữ nguyên")
        else:
            secretary.taps("Không có, bỏ qua")


def figure(
    key: str, total: int = 0, said: int = 2, answered: int = 2, period: tuple[date, date] = APRIL
) -> PeriodAnswers:
    titles = {"mo-hinh": "Mô hình", "ca-nhan": "Kế hoạch cá nhân", "y-kien": "Ý kiến"}
    kind = FigureKind.TEXT if key == "y-kien" else FigureKind.NUMBER
    return PeriodAnswers(
        "12-KH/ĐUK", date(2022, 3, 25), *period, key, kind, titles[key], total, said, answered, 3
    )


def upward(world: World, *answers: PeriodAnswers) -> Upward:
    return Upward(1, world.at, date(2021, 4, 1), 4, 3, (), (), answers)


def take(session: Session, said: Upward, world: World, secret: str = SECRET) -> None:
    take_upward(session, read_upward(sign_upward(said, secret).encode()), world.moment)


def trusting(session: Session, world: World) -> None:
    trust_locality(session, "Tỉnh ủy A", public_key(SECRET), OWN, world.moment)
    trust_locality(session, "Tỉnh ủy B", public_key(OTHER), OWN, world.moment)


def test_the_file_has_the_sums_and_no_word_that_anybody_typed(world: World) -> None:
    told(world)
    with world.db.read() as session:
        text = sign_upward(count_upward(session, world.moment), SECRET)
    assert read_upward(text.encode()).upward.answers == (
        figure("mo-hinh", sum(models for models, _, _ in TOLD.values())),
        figure("ca-nhan", sum(own for _, own, _ in TOLD.values())),
        figure("y-kien", said=1),
    )
    for word in ("Thiếu", "Mận", "Chi bộ", "CB01"):
        assert word not in text


OLD = {
    "summary": {
        "format": 1,
        "taken_at": "2022-04-01T02:00:00Z",
        "since": "2021-03-01",
        "units": 4,
        "cells": 3,
        "duties": [
            {
                "plan": "12-KH/ĐUK",
                "issued_on": "2022-03-25",
                "kind": "report",
                "first": "2022-04-01",
                "last": "2022-04-28",
                "expected": 3,
                "on_time": 2,
                "late": 0,
                "open": 1,
                "overdue": 0,
            }
        ],
        "meetings": [],
    },
    "key": "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
    "signature": "402d4a060b2572c5caa23d0d914d47943f5cb129804001aad3de4c24554f444e"
    "76a75f88cb4b8fa5775f856bfaa562b3f3f4592c7cce9d86f1ca3040c55c6303",
}
"""A file as it was signed before there were any figures in it."""


def test_a_file_of_before_there_were_figures_is_read(world: World) -> None:
    signed = read_upward(json.dumps(OLD).encode())
    assert signed.upward.answers == ()
    with world.db.write() as session:
        trust_locality(session, "Tỉnh ủy A", signed.key, OWN, world.moment)
        take_upward(session, signed, world.moment)
        assert session.scalars(select(LocalityDuties.on_time)).all() == [2]
        assert session.scalars(select(LocalityAnswers)).all() == []


def test_figures_are_signed_and_a_wrong_one_is_refused(world: World) -> None:
    file = json.loads(sign_upward(upward(world, figure("mo-hinh", 5)), SECRET))
    file["summary"]["answers"][0]["total"] = 9
    with pytest.raises(Invalid, match="summary_tampered"):
        read_upward(json.dumps(file).encode())
    below = sign_upward(upward(world, figure("mo-hinh", -1)), SECRET)
    with pytest.raises(Invalid, match="summary_broken"):
        read_upward(below.encode())


def test_the_centre_adds_up_what_the_places_say(world: World) -> None:
    leader = world.registered("DUK", "leader")
    with world.db.write() as session:
        trusting(session, world)
        old = figure("mo-hinh", 100, period=(date(2021, 12, 1), date(2021, 12, 31)))
        take(session, upward(world, figure("mo-hinh", 5), figure("y-kien", said=4), old), world)
        take(session, upward(world, figure("mo-hinh", 7, answered=1)), world, OTHER)
    leader.says("/tonghop")
    assert (
        "📝 Mô hình (12-KH/ĐUK): 12, 3/6 báo cáo của 2 nơi\n· Ý kiến (12-KH/ĐUK): 4 câu, 2/3 báo cáo của 1 nơi"
        in (leader.last.text)
    )
    reads_well(leader)
    words = yaml.safe_load((TEMPLATES / "web" / "export.yaml").read_text("utf-8"))
    with world.db.read() as session:
        roles = session.scalars(select(Membership)).all()
        book = openpyxl.load_workbook(BytesIO(summary_workbook(session, roles, world.moment, words)))
    rows = [*book["Địa phương, số liệu"].iter_rows(min_row=4, values_only=True)]
    assert [(row[0], row[3], *row[6:]) for row in rows] == [
        ("Tỉnh ủy A", "Mô hình", 5, 2, 2, 3),
        ("Tỉnh ủy B", "Mô hình", 7, 2, 1, 3),
        ("Tỉnh ủy A", "Ý kiến", None, 4, 2, 3),
        ("Tỉnh ủy A", "Mô hình", 100, 2, 2, 3),
    ]


def test_many_figures_are_cut_in_chat(world: World) -> None:
    leader = world.registered("DUK", "leader")
    with world.db.write() as session:
        trusting(session, world)
        many = [
            PeriodAnswers("P", None, *APRIL, f"k{n}", FigureKind.NUMBER, f"Mục số {n}", n, 1, 1, 1)
            for n in range(10, 20)
        ]
        take(session, upward(world, *many), world)
    leader.says("/tonghop")
    assert "· Mục số 17 (P): 17, 1/1 báo cáo của 1 nơi\n… và 2 mục nữa" in leader.last.text
    reads_well(leader)


def test_what_a_place_says_anew_takes_the_place_of_the_old(world: World) -> None:
    with world.db.write() as session:
        trusting(session, world)
        take(session, upward(world, figure("mo-hinh", 5), figure("y-kien", said=4)), world)
    world.at += timedelta(days=1)
    with world.db.write() as session:
        take(session, upward(world, figure("mo-hinh", 6)), world)
        assert session.scalars(select(LocalityAnswers.total)).all() == [6]
        distrust_locality(session, "Tỉnh ủy A")
        assert session.scalars(select(LocalityAnswers)).all() == []
