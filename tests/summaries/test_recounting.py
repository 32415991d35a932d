"""By night the count of the summaries is held against the rows; a difference is told to the admins once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.duties.standings import Standing, count_standings
from bot.summaries import recounting
from bot.summaries.recounting import check_counts
from bot.tables import Duty, DutyState
from tests.kit.explained import LARGE, explained
from tests.kit.talker import Talker
from tests.kit.world import World


def one_too_many(*asked: Any, **others: Any) -> Sequence[Standing]:
    first, *rest = count_standings(*asked, **others)
    return [replace(first, number=first.number + 1), *rest]


def test_by_day_and_where_all_is_right_nobody_hears_of_it(world: World, office: Talker) -> None:
    world.go("2022-04-05 10:00")
    assert world.tick(check_counts) == 0
    world.go("2022-04-05 23:00")
    assert world.tick(check_counts) == 0
    world.go("2022-04-06 08:00")
    assert not any("số tổng hợp" in reply.text for reply in office.looks())


@pytest.mark.logs_errors
def test_a_difference_is_told_in_the_morning_and_once(
    world: World, office: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "count_standings", one_too_many)
    world.go("2022-04-05 23:00")
    assert world.tick(check_counts) == 1
    assert office.looks() == []
    world.later(hours=2)
    assert world.tick(check_counts) == 0
    world.go("2022-04-06 08:00")
    (told,) = office.looks()
    assert "tổng hợp 0/4 việc đã xong, đếm lại 0/3" in told.text
    assert "kiểm tra cơ sở dữ liệu" in told.text.splitlines()[-1]
    world.go("2022-04-06 23:00")
    assert world.tick(check_counts) == 1


@pytest.mark.logs_errors
def test_so_is_who_was_there(world: World, office: Talker) -> None:
    """Nobody has met, and a duty says that some came."""
    world.go("2022-04-05 23:00")
    with world.db.write() as session:
        duty = session.scalars(select(Duty).order_by(Duty.id)).first()
        assert duty is not None
        duty.present, duty.obliged = 25, 28
    assert world.tick(check_counts) == 1
    world.go("2022-04-06 08:00")
    (told,) = office.looks()
    assert "tổng hợp 0/3 việc đã xong, đếm lại 0/3; có mặt 25/28, đếm lại 0/0." in told.text


def test_what_is_done_while_it_counts_is_no_difference(
    world: World, office: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A meeting may end after nine in the evening."""

    def count_while_somebody_works(*asked: Any) -> Sequence[Standing]:
        found = count_standings(*asked)
        with world.db.write() as session:
            duty = session.scalars(select(Duty).order_by(Duty.id)).first()
            assert duty is not None
            duty.state, duty.on_time = DutyState.DONE, True
        return found

    monkeypatch.setattr(recounting, "count_standings", count_while_somebody_works)
    world.go("2022-04-05 23:00")
    assert world.tick(check_counts) == 0


def test_on_sqlite_the_rows_are_counted_without_an_index(world: World) -> None:
    with explained(world.db, {"duties": LARGE}) as asked, world.db.read() as session:
        assert recounting.miscounts(session) == []
    assert any("NOT INDEXED" in scan for scan in asked.scans) == world.db.sqlite
