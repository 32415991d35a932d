"""A small bot with wording of its own: says hello, takes an order in three questions, counts, fails."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.problems import Invalid
from bot.reading.words import read_number
from bot.store.db import Database
from bot.tables import Contact
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep, Routes
from bot.talk.render import Renderer
from tests.kit.desk import make_desk
from tests.kit.places import ZONE
from tests.kit.world import World

TEMPLATES = {
    "words.yaml": "go_on: go on",
    "problems/small.yaml": "question_passed: passed\nbutton_passed: gone\nsize_unknown: no such size {{ said }}\nnumber_unclear: no number\n",
    "say.html": "{{ text }}",
    "menu.html": "menu{{ button('🥣 Phở bò', 'greet', 'pho') }}{{ button('Bún chả', 'greet', 'bun') }}",
    "size.html": "size?{{ pick('Nhỏ', 's') }}{{ pick('Vừa thôi', 'm') }}{{ pick('Lớn', 'l') }}",
    "count.html": "count?{{ pick('Quay lại', '<') }}{{ pick('Thôi', 'none') }}",
    "talk/apology.html": "sorry {{ code }}",
    "talk/failure.html": "failure {{ code }}",
}


def saying(text: str) -> Callable[[Chat], object]:
    return lambda chat: chat.say("say", text=text)


def hello(chat: Chat) -> None:
    chat.end()
    chat.say("say", text=f"hello {chat.command.rest if chat.command else ''}".strip())


def greet(chat: Chat, name: str) -> None:
    chat.say("say", text=f"greet {name}")


def crash(chat: Chat) -> None:
    chat.say("say", text="never seen")
    chat.note("crashing")
    chat.begin(Order(size="half"), "count")
    raise RuntimeError("a bug")


def twice(chat: Chat) -> None:
    """A handler whose own fault is that it breaks a constraint."""
    chat.session.add(Contact(person=chat.person, channel="web", place="taken", used_at=chat.at))
    chat.session.flush()
    chat.session.add(Contact(person=chat.person, channel="web", place="taken", used_at=chat.at))
    chat.session.flush()


@dataclass
class Order(Answers):
    size: str = ""
    count: int = 0


def count_up(chat: Chat) -> None:
    counted = chat.answers_if(Order)
    if counted is None:
        chat.begin_unasked(Order(count=1), "count")
    else:
        counted.count += 1


def take_size(chat: Chat, answer: Answer) -> None:
    if answer.value not in {"s", "m", "l"}:
        raise Invalid("size_unknown", said=answer.text)
    chat.answers(Order).size = answer.value
    chat.goto("count")


def take_count(chat: Chat, answer: Answer) -> None:
    chat.answers(Order).count = 0 if answer.value == "none" else read_number(answer.text)
    chat.goto("note")


def take_note(chat: Chat, answer: Answer) -> None:
    order = chat.answers(Order)
    chat.end()
    chat.say("say", text=f"{order.size} {order.count} {len(answer.files)} {len(answer.text)}")


ORDER = Flow(
    "order",
    FlowStep("size", lambda chat: chat.say("size"), take_size),
    FlowStep("count", lambda chat: chat.say("count"), take_count, numbers=True),
    FlowStep("note", saying("note?"), take_note, files=True),
    answers=Order,
)
ROUTES = Routes(
    commands={
        "/start": hello,
        "/menu": lambda chat: chat.say("menu"),
        "/order": lambda chat: chat.begin(Order()),
        "/crash": crash,
        "/twice": twice,
        "/count": count_up,
    },
    actions={"home": saying("unknown"), "greet": greet, "crash": crash},
    flows={"order": ORDER},
    admit=lambda chat: not chat.event.text.startswith("stranger"),
    unknown=saying("unknown"),
    files=saying("files"),
    edited=saying("edited"),
    edit_note=lambda _chat: False,
    group=saying("group"),
)


def small_world(db: Database, folder: Path) -> World:
    """A world with a small bot, whose wording is put into this folder."""
    for name, text in TEMPLATES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    world = World(db)
    world.desk = make_desk(db, render=Renderer(folder, ZONE), routes=ROUTES)
    return world
