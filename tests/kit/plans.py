"""Plans for a test: the shipped ones, and those that a test writes itself."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.plans.plan import PlanText
from bot.plans.questions import Open
from bot.plans.yaml_in import read_plan
from tests.kit.places import AGENDAS, PLANS

MONTHLY = "60-KH-DUK-2022.yaml"
"""The shipped plan of a topic a month, from April to December 2022."""

PLAN_OF_2026 = """
plan:
  symbol: 35-KH/ĐU
  date: 2026-01-10
  issuer: Đảng ủy xã mẫu
  title: Sinh hoạt chi bộ năm 2026
  starts: 2026-01-01
  ends: 2027-03-31
"""
"""The head of a plan for all of a year, as a commune's committee has it."""


@cache
def shipped(name: str) -> PlanText:
    return read_plan(PLANS / name, agendas=AGENDAS)


READ: dict[str, PlanText] = {}
"""What has been read in this run, by its text: many tests begin with the same."""


def plan_of(text: str, folder: Path | None = None) -> PlanText:
    """The plan that is written in this text."""
    if text not in READ:
        with TemporaryDirectory() as passing:
            path = (folder or Path(passing)) / "plan.yaml"
            path.write_text(text, "utf-8")
            READ[text] = read_plan(path, agendas=AGENDAS)
    return READ[text]


CONFIRM = """
plan:
  symbol: 9-KH/CB
  date: 2022-03-25
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-06-30
duties:
  - key: so-tay
    do: confirm
    title: Cập nhật Sổ tay đảng viên tháng {period}
    due: {every: month}
"""


ANSWERS = {Open.SPAN: "quarter", Open.DAY: "12-31", Open.LAST: "2022-12-10"}
"""What the office says of the days that the sources leave open."""


VAGUE = """
plan:
  symbol: 8-KH/CB
  date: 2022-03-20
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-12-31
topics:
  - {key: cd, title: Tự soi, meeting: thematic, period: 2022-Q2}
duties:
  - {key: bc, do: report, title: Báo cáo tình hình, due: {every: ask}, to: Ban Thường vụ}
  - {key: gs, do: report, title: Kết quả giám sát, due: {every: ask}}
"""
