"""No closed doors: from every card whose decision is still open, whatever else is pressed or typed leads back to it.

Each door is opened once; then each other button of its card is tried on a copy of the database, as the channel really is:
the keyboard that was pressed is gone, and on the web those of older messages as well.
"""

import copy
import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.messages import Choice
from bot.reading.words import fold
from bot.store.db import connect_database
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.photos import photos
from tests.kit.plans import VAGUE, plan_of, shipped
from tests.kit.screens import Screen
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.workbooks import workbook
from tests.kit.world import World

LEAVES = ("home", "cancel")
"""Buttons that leave on purpose: the way back from there is the door's own."""
ELSEWHERE = ("admin", "admin.unit")
"""Buttons to another unit than the one of the card."""


@dataclass(frozen=True)
class Door:
    """`opens` brings somebody to the card; `decides` are parts of the labels that settle it, the first of which must be
    reached again; `way` is what is tapped from the home screen, for a decision that outlives its dialog."""

    opens: Callable[["Stage"], Talker]
    decides: tuple[str, ...]
    way: tuple[str, ...] = ()
    free: bool = False
    """Any text is an answer to it."""


class Stage:
    """A world that can be copied as it stands."""

    def __init__(self, folder: Path, database: Path, channel: str) -> None:
        self.folder, self.channel, self.copies = folder, channel, itertools.count(1)
        self.path = folder / "stage.db"
        shutil.copy(database, self.path)
        self.world = World(connect_database(f"sqlite:///{self.path}"))
        committee(self.world)

    def person(self, code: str, role: str) -> Talker:
        return self.world.registered(code, role, channel=self.channel)

    def copy_of(self, talker: Talker) -> Talker:
        number = next(self.copies)
        path = self.folder / f"copy-{number}.db"
        with talker.world.db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql(f"VACUUM INTO '{path}'")
            connection.exec_driver_sql("BEGIN")
        world = World(connect_database(f"sqlite:///{path}"), talker.world.at)
        world.shelf.files, world.ids = talker.world.shelf.files, itertools.count(number * 100_000)
        twin = Talker(world, talker.address)
        twin.screen = copy.copy(talker.screen)
        twin.screen.messages, twin.screen.open = list(talker.screen.messages), list(talker.screen.open)
        return twin


def plan_shown(stage: Stage) -> Talker:
    office = stage.person("DUK", "admin")
    office.hands(workbook(stage.world, shipped("42-KH-DUK-2022.yaml"), stage.folder)).taps("Nạp kế hoạch")
    return runs(office)


def plan_looked_at(stage: Stage) -> Talker:
    return runs(plan_shown(stage).taps("Xem trước lời nhắc").says("CB01"))


def plan_asked_about(stage: Stage) -> Talker:
    office = stage.person("DUK", "admin")
    office.hands(workbook(stage.world, plan_of(VAGUE, stage.folder), stage.folder)).taps("Nạp kế hoạch")
    return runs(office)


def workbook_without_purpose(stage: Stage) -> Talker:
    office = stage.person("DUK", "admin")
    return office.hands(workbook(stage.world, plan_of(VAGUE, stage.folder), stage.folder))


def loaded(stage: Stage) -> Stage:
    stage.world.load(shipped("60-KH-DUK-2022.yaml"))
    return stage


def plan_to_withdraw(stage: Stage) -> Talker:
    office = loaded(stage).person("DUK", "admin")
    return office.says("/quantri").taps("Kế hoạch").taps("1.").taps("Rút kế hoạch")


def plan_to_copy(stage: Stage) -> Talker:
    office = loaded(stage).person("DUK", "admin")
    return office.says("/quantri").taps("Kế hoạch").taps("1.").taps("Chép sang")


def secretary(stage: Stage) -> Talker:
    return loaded(stage).person("CB01", "secretary")


def report_with_a_file(stage: Stage) -> Talker:
    return secretary(stage).says("/nop").taps("Báo cáo").hands(stored("bao-cao.pdf"))


def report_of_photographs(stage: Stage) -> Talker:
    return secretary(stage).says("/nop").taps("Báo cáo").hands(*photos(stage.world, 1, 2))


def pages_shown(stage: Stage) -> Talker:
    return runs(report_of_photographs(stage).taps("Ghép ảnh"))


def day_asked(stage: Stage) -> Talker:
    return secretary(stage).says("/lichhop")


def concern(stage: Stage) -> Talker:
    talker = secretary(stage).says("/lichhop").says("10/4 8h")
    assert "hay chọn ngày khác?" in talker.last.text
    return talker


def place_asked(stage: Stage) -> Talker:
    return secretary(stage).says("/lichhop").says("5/4 8h")


def result_card(stage: Stage) -> Talker:
    return (
        secretary(stage)
        .says("/ketqua")
        .taps("T4 ·")
        .taps("Hôm nay")
        .says("25/28, vắng 2 có lý do, 1 không lý do")
    )


def counts_in_a_meeting(stage: Stage) -> Talker:
    talker = secretary(stage).says("/hop").taps("T4 ·")
    while not any("Điểm danh" in choice.label for choice in talker.choices):
        talker.taps("Tiếp")
    return talker.taps("Điểm danh").says("25/28, vắng 2 có lý do, 1 không lý do")


def role_to_end(stage: Stage) -> Talker:
    stage.person("CB01", "secretary")
    office = stage.person("DUK", "admin")
    return office.says("/quantri").taps("Cấp mã mời").says("CB01").taps("✖️ Kết thúc vai trò")


def unit_to_close(stage: Stage) -> Talker:
    return stage.person("DUK", "admin").says("/quantri").taps("Đơn vị").says("CB01").taps("Giải thể")


def unit_to_merge(stage: Stage) -> Talker:
    office = stage.person("DUK", "admin").says("/quantri").taps("Đơn vị").says("CB01")
    return office.taps("Sáp nhập").says("CB02")


def unit_card(stage: Stage) -> Talker:
    stage.person("CB01", "secretary")
    return stage.person("DUK", "admin").says("/quantri").taps("Đơn vị").says("CB01")


def consent(stage: Stage) -> Talker:
    return stage.world.person(channel=stage.channel).says(stage.world.invite("CB01", "leader"))


def name_asked(stage: Stage) -> Talker:
    return consent(stage).taps("Đồng ý")


def forgetting(stage: Stage) -> Talker:
    return secretary(stage).says("/xoadulieu")


def delegate(stage: Stage) -> Talker:
    stage.person("CB01", "secretary")
    return secretary(stage).says("/caidat").taps("Đi vắng").says("15/4")


def hour(stage: Stage) -> Talker:
    return secretary(stage).says("/caidat").taps("Giờ nhắc")


def topic_to_choose(stage: Stage) -> Talker:
    stage.world.load(shipped("42-KH-DUK-2022.yaml"))
    return stage.person("CB01", "secretary").says("/thangnay").taps("Chọn chuyên đề khác")


def topic_chosen(stage: Stage) -> Talker:
    return topic_to_choose(stage).says("3")


def documents_to_choose(stage: Stage) -> Talker:
    return secretary(stage).says("/thangnay").taps("Chọn văn bản")


def confirmation(stage: Stage) -> Talker:
    return secretary(stage).says("/thangnay")


def reminder(stage: Stage) -> Talker:
    talker = secretary(stage)
    stage.world.go("2022-04-01 09:00")
    stage.world.tick(reminders.say_reminders)
    talker.looks()
    return talker


DOORS = {
    "a plan shown": Door(plan_shown, ("Áp dụng", "Hủy"), ("Quản trị", "Kế hoạch", "Xem lại")),
    "a plan looked at": Door(plan_looked_at, ("Áp dụng", "Hủy"), ("Quản trị", "Kế hoạch", "Xem lại")),
    "a period asked": Door(
        plan_asked_about,
        ("Hằng quý", "Hằng", "6 tháng", "Không theo dõi", "Hủy"),
        ("Quản trị", "Kế hoạch", "Xem lại"),
    ),
    "a workbook's purpose": Door(workbook_without_purpose, ("Nạp kế hoạch", "Nạp danh", "Gửi kèm", "Bỏ tệp")),
    "a plan to withdraw": Door(plan_to_withdraw, ("Rút kế hoạch", "Giữ lại")),
    "a plan to copy": Door(plan_to_copy, ("2022", "2023"), ("Quản trị", "Kế hoạch", "1.", "Chép sang")),
    "a report's draft": Door(report_with_a_file, ("Xong", "Bỏ"), ("Nộp báo cáo", "Báo cáo")),
    "a draft of photographs": Door(report_of_photographs, ("Xong", "Bỏ"), ("Nộp báo cáo", "Báo cáo")),
    "pages to order": Door(pages_shown, ("Ghép", "Xong"), ("Nộp báo cáo", "Báo cáo", "Ghép ảnh")),
    "a day asked": Door(day_asked, ("thứ", "CN"), ("Lịch họp",)),
    "a concern": Door(concern, ("Giữ ngày này", "Chọn ngày khác")),
    "a place asked": Door(place_asked, ("Bỏ qua",), free=True),
    "a result": Door(result_card, ("Đúng",)),
    "counts in a meeting": Door(counts_in_a_meeting, ("Đúng",)),
    "a role to end": Door(role_to_end, ("Kết thúc vai trò", "Không, giữ")),
    "a unit to close": Door(unit_to_close, ("Đồng ý giải thể", "Không, giữ")),
    "a unit to merge": Door(unit_to_merge, ("Đồng ý sáp nhập", "Không, giữ")),
    "a unit's card": Door(unit_card, ("Giải thể",)),
    "the consent": Door(consent, ("Đồng ý", "Không đồng ý")),
    "a name": Door(name_asked, ("Bỏ qua",), free=True),
    "data to delete": Door(forgetting, ("Xóa", "Không xóa"), ("Cài đặt", "Xóa dữ liệu")),
    "a delegate": Door(delegate, ("Không ủy quyền", "1."), ("Cài đặt", "Đi vắng", "thứ")),
    "an hour": Door(hour, ("7h", "8h", "9h", "12h", "17h", "19h", "20h"), ("Cài đặt", "Giờ nhắc")),
    "a topic to choose": Door(topic_to_choose, ("1.",), ("Việc tháng này", "Chọn chuyên đề khác")),
    "a topic chosen": Door(topic_chosen, ("Đồng ý", "Thôi")),
    "documents to choose": Door(documents_to_choose, ("Xong",), ("Việc tháng này", "Chọn văn bản")),
    "a reminder": Door(reminder, ("Ngày thường lệ", "Ngày khác", "Bắt đầu họp"), ("Việc tháng này",)),
}


def settles(door: Door, choice: Choice) -> bool:
    """Whether it decides, asks the question before this one again, or goes to something else altogether."""
    back = choice.payload.startswith("=") and choice.payload.endswith(":<")
    decides = any(fold(part) in fold(choice.label) for part in door.decides)
    return decides or back or choice.payload in ELSEWHERE


def newest(talker: Talker, since: int) -> list[Choice]:
    """The buttons of what has come since then."""
    return [choice for place, choice in talker.screen.tappable() if place >= since]


def taps(talker: Talker, choice: Choice) -> int:
    """Taps that very button; answers which messages came after it."""
    since = len(talker.screen.messages)
    place = next(place for place, one in talker.screen.tappable() if one == choice)
    talker.screen.press(place)
    runs(talker.sends(talker._event(payload=choice.payload, label=choice.label)))
    return since


def offered(talker: Talker, door: Door, since: int) -> bool:
    return any(fold(door.decides[0]) in fold(choice.label) for choice in newest(talker, since))


def found_again(stage: Stage, talker: Talker, door: Door, since: int, deep: int) -> bool:
    """Whether the decision is offered in what came, or by one more button of it, or from the home screen."""
    if offered(talker, door, since):
        return True
    if deep:
        for choice in newest(talker, since):
            if choice.payload in LEAVES or choice.payload.startswith("sum"):
                continue
            twin = stage.copy_of(talker)
            if found_again(stage, twin, door, taps(twin, choice), deep - 1):
                return True
    return False


def from_home(talker: Talker, door: Door) -> bool:
    since = 0
    for label in door.way:
        runs(talker)
        fitting = [choice for choice in newest(talker, since) if fold(label) in fold(choice.label)]
        if not fitting:
            return False
        since = taps(talker, fitting[0])
    return bool(door.way) and offered(talker, door, since)


@pytest.fixture(params=["telegram", "web"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Stage:
    return Stage(tmp_path, sqlite_template, request.param)


@pytest.mark.parametrize("name", DOORS)
def test_every_other_button_leads_back_to_the_decision(stage: Stage, name: str) -> None:
    door = DOORS[name]
    talker = door.opens(stage)
    assert isinstance(talker.screen, Screen)
    assert offered(talker, door, 0), (name, [choice.label for choice in talker.choices])
    closed = []
    for choice in [one for one in talker.choices if not settles(door, one)]:
        twin = stage.copy_of(talker)
        since = taps(twin, choice)
        again = found_again(stage, twin, door, since, 1) or from_home(twin.says("/start"), door)
        if not again:
            closed.append((choice.label, twin.last.text))
    assert closed == []


@pytest.mark.parametrize("stage", ["web"], indirect=True)
@pytest.mark.parametrize("said", ["/trogiup", "ờ để xem đã nhỉ"])
@pytest.mark.parametrize("name", DOORS)
def test_whatever_is_typed_beside_it_leads_back_to_the_decision(stage: Stage, name: str, said: str) -> None:
    """On the web, where what is typed takes the buttons of all older messages away."""
    door = DOORS[name]
    if door.free and not said.startswith("/"):
        said = "/caidat"
    talker = door.opens(stage)
    since = len(talker.screen.messages)
    runs(talker.says(said))
    again = found_again(stage, talker, door, since, 1) or from_home(
        stage.copy_of(talker).says("/start"), door
    )
    assert again, talker.last.text
