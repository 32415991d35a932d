"""No log holds a token, a code, a link, a name or a word of people, at any level."""

import logging
import re

import pytest

from bot.store.db import Database
from schedules import cleanup, materials, people, summaries
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.plans import shipped
from tests.kit.ticking import runs, tick_through
from tests.kit.walking import to_the_end
from tests.kit.world import World

PERSON = "Trần Thị Thử Nghiệm"
PLACE = "Nhà văn hóa xóm Đồi Chè"
OPINION = "Đề nghị sửa đường điện xóm Đồi Chè trước mùa mưa"
TASK = "Vận động hiến đất mở đường"
FILE = "bao-cao-xom-doi-che.pdf"


def test_a_week_at_debug_says_nothing_of_what_people_said(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    codes = [world.invite("CB01", "secretary"), world.invite("DUK", "leader")]
    secretary, leader = world.person("887766554433"), world.person("998877665544")
    secretary.says(f"/start {codes[0]}").taps("Đồng ý").says(PERSON).says("28").says("5")
    leader.says(f"/start {codes[1]}").taps("Đồng ý").taps("Bỏ qua")
    secretary.says("/lichhop").says("5/4 19h30").says(PLACE)
    secretary.says("Tài liệu MẬT của huyện")
    for day in range(1, 8):
        tick_through(world, f"2022-04-0{day} 19:31", secretary, leader)
        for tick in (
            summaries.tell_leaders,
            materials.send_materials,
            people.tell_office,
            cleanup.clean_up,
        ):
            world.tick(tick)
        if day == 5:
            secretary.says("/hop").taps("Bắt đầu họp").says(OPINION)
            to_the_end(secretary)
            secretary.taps("Kết thúc")
        if day == 6:
            secretary.hands(stored(FILE))
            runs(secretary.taps("Báo cáo kết quả"))
        secretary.presses("settings.web")
        leader.looks()
    links = re.findall(r"/w/[^\"<\s]+", " ".join(reply.text for reply in secretary.got))
    assert links
    told = caplog.text + "".join(repr(record.__dict__) for record in caplog.records)
    assert len(caplog.records) > 3, "nothing was written at all"
    for secret in (*codes, *links, PERSON, PLACE, OPINION, FILE, "887766554433", "998877665544", "của huyện"):
        assert secret not in told, secret
