"""Files that a committee sends along with its topics: a plan for them, an album, what came and what is kept."""

from dataclasses import replace

from sqlalchemy import select

from bot.messages import File
from bot.tables import Material
from bot.talk.receive import receive
from tests.kit.files import stored
from tests.kit.talker import Talker
from tests.kit.world import World

PLAN = """
plan:
  symbol: 8-KH/ĐU
  date: 2022-03-20
  issuer: Đảng ủy mẫu
  title: Kế hoạch chuyên đề
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - {key: t4, title: Chuyên đề xây dựng nông thôn mới, meeting: thematic, period: 2022-04, who: {kinds: [chi_bo]}}
  - {key: t6, title: Chuyên đề chuyển đổi số, meeting: thematic, period: 2022-06, who: {kinds: [chi_bo]}}
  - {key: t2, title: Chuyên đề đã qua, meeting: thematic, period: 2022-02, who: {kinds: [chi_bo]}}
"""

TALK = stored("noi-dung.pdf", b"noi dung")

NOTES = stored("goi-y.docx", b"goi y")


def album(talker: Talker, *files: File, name: str = "album") -> Talker:
    """The pieces of an album come as events of their own, all at once."""
    for file in files:
        receive(talker.world.desk, replace(talker._event(files=(file,)), album=name))
    talker.world.later(seconds=2)
    talker.looks()
    return talker


def names(talker: Talker) -> list[list[str]]:
    """The files of each message that brought any."""
    return [[file.name for file in reply.files] for reply in talker.got if reply.files]


def kept(world: World, *columns: object) -> list[object]:
    with world.db.read() as session:
        rows = session.execute(select(*columns).order_by(Material.id)).all()  # type: ignore[call-overload]
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]
