"""Through a meeting step by step."""

from sqlalchemy import select

from bot.plans.agenda import Agenda, AgendaStep
from bot.tables import Meeting, Topic
from tests.kit.talker import Talker
from tests.kit.wording import labels
from tests.kit.world import World


def counted(talker: Talker, line: str = "25/28, vắng 2 có phép, 1 không phép") -> Talker:
    return past_clerk(talker.taps("Điểm danh").says(line).taps("Đúng"))


def past_clerk(talker: Talker) -> Talker:
    """Goes on without a clerk where the step of the counts asks for one too."""
    return talker.taps("Tiếp") if "Ai làm thư ký?" in talker.last.text else talker


def to_the_end(talker: Talker) -> Talker:
    for _ in range(30):
        if "<b>Đã qua " in talker.last.text:
            return talker
        if "👥 Điểm danh" in labels(talker):
            counted(talker)
        else:
            talker.taps("Tiếp")
    raise AssertionError(talker.last.text)


def now_at(talker: Talker) -> str:
    return talker.last.text.split(" · ")[0].removeprefix("<b>").rpartition("\n\n<b>")[2]


def row(world: World) -> Meeting:
    with world.db.read() as session:
        return session.scalars(select(Meeting).order_by(Meeting.id.desc())).first() or Meeting()


def led_by(world: World, *steps: AgendaStep, key: str = "2022-04") -> None:
    """The meeting about this topic (April's, unless another is named) follows these steps."""
    with world.db.write() as session:
        topic = session.scalars(select(Topic).where(Topic.key == key)).one()
        topic.agenda = Agenda(key="x", title="x", steps=steps).model_dump(mode="json", by_alias=True)


NOTE_IT = "📝 Ghi vào biên bản"
