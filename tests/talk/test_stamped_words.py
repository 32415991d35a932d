"""Typed words that bear a stamp of secrecy are refused as a file is: nothing of them is kept but a hash in the log."""

import hashlib
import logging

import pytest
from sqlalchemy import select

from bot.tables import Base, Event
from tests.kit.files import stored
from tests.kit.talker import Talker
from tests.kit.wording import reads_well
from tests.kit.world import World

SECRET = "TỐI MẬT\nKế hoạch phòng thủ xã Mẫu"
WORDS = "Kế hoạch phòng thủ"


def kept(world: World) -> str:
    """Every row of the database, as text."""
    with world.db.read() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in session.execute(select(table)).all()]
    return "\n".join(map(str, rows))


def test_words_outside_a_dialog(world: World, secretary: Talker, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        secretary.says(SECRET)
    assert "tài liệu mật nên trợ lý không nhận và không lưu" in secretary.last.text
    reads_well(secretary)
    assert WORDS not in kept(world)
    assert hashlib.sha256(SECRET.encode()).hexdigest() in caplog.text
    assert WORDS not in caplog.text
    secretary.taps("Trang chính")


def test_a_note_of_a_running_meeting(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp: T4").says(SECRET)
    assert "không nhận và không lưu" in secretary.last.text
    assert WORDS not in kept(world)
    secretary.says("Công tác bảo vệ bí mật nhà nước được giữ vững")
    assert "bảo vệ bí mật nhà nước" in kept(world)


def test_a_note_that_is_edited_to_be_secret_stays_as_it_was(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp: T4").says("Kế hoạch tuần", message_ref="7")
    secretary.edits("7", "М Ậ Т\n" + WORDS)
    assert "không nhận và không lưu" in secretary.last.text
    assert WORDS not in kept(world)


def test_an_open_question_is_asked_again(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp: T4").taps("Thêm").taps("Ghi")
    asked = secretary.last.text
    secretary.says(SECRET)
    assert "không nhận và không lưu" in secretary.last.text
    assert asked.strip().splitlines()[-1] in secretary.last.text
    assert WORDS not in kept(world)


def test_files_beside_stamped_words_are_not_taken(world: World, secretary: Talker) -> None:
    secretary.says("(MẬT)", files=(stored("bao-cao.pdf"),))
    assert "không nhận và không lưu" in secretary.last.text
    with world.db.read() as session:
        assert "📎" not in "".join(session.scalars(select(Event.said)))


def test_the_page_of_a_web_chat_keeps_no_bubble_of_them(world: World) -> None:
    page = world.person("page", "web").says(SECRET)
    assert page.last.text
    assert WORDS not in kept(world)


@pytest.mark.parametrize("text", ["Mật", "Hoa\nMật\nLan", "bí mật", "Đồng chí Mật phát biểu"])
def test_a_given_name_and_running_words_are_taken(secretary: Talker, text: str) -> None:
    secretary.says(text)
    assert "không nhận và không lưu" not in secretary.last.text
