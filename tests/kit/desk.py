"""The one desk of every test: the real routes, templates, rules and sheets, with links and files that need no network."""

from functools import cache
from typing import Any

from bot.channels import CHANNELS
from bot.messages import File
from bot.plans.agenda import Agenda
from bot.plans.guidance.rules import Rules, read_rules
from bot.plans.guidance.sheets import ScoreSheets
from bot.plans.guidance.sheets_in import read_sheets
from bot.plans.yaml_in import read_agenda
from bot.store.db import Database
from bot.talk.desk import Desk
from bot.talk.render import Renderer
from handlers import ROUTES
from tests.kit.places import AGENDAS, PLANS, TEMPLATES, ZONE

RENDERED: set[str] = set()
"""The templates that conversations of this run have shown."""


def message_templates() -> set[str]:
    """What may be said in a chat; pages, the command line and parts of templates are none."""
    found = {path.relative_to(TEMPLATES).with_suffix("").as_posix() for path in TEMPLATES.rglob("*/*.html")}
    return {
        name
        for name in found
        if not name.startswith(("web/", "demo/", "cli/")) and "/_" not in name and name != "reminders/one"
    }


class RecordingRenderer(Renderer):
    def reply(self, name, context, question=None):  # type: ignore[no-untyped-def]
        RENDERED.add(name)
        return super().reply(name, context, question)


@cache
def renderer() -> RecordingRenderer:
    """One for the whole run: it compiles every template once."""
    return RecordingRenderer(TEMPLATES, ZONE)


class PlainLinks:
    def web_chat(self, contact_id: int, key: int = 0) -> str:
        return f"https://chibo.example/w/{contact_id}-{key}"

    def upload(self, contact_id: int, key: int = 0) -> str:
        return f"https://chibo.example/u/{contact_id}"

    def export(self, contact_id: int, key: int = 0) -> str:
        return f"https://chibo.example/x/{contact_id}"

    def file(self, file: File, contact_id: int, key: int = 0) -> str:
        return f"https://chibo.example/f/{file.digest[:8]}"

    def file_of_message(self, number: int, file: File, contact_id: int, key: int = 0) -> str:
        return f"https://chibo.example/f/{number}-{file.digest[:8]}"

    def calendar(self, person_id: int, key: int) -> str:
        return f"https://chibo.example/c/{person_id}-{key}"

    def invitation(self, code: str) -> list[tuple[str, str]]:
        return [("web", f"https://chibo.example/w/new/{code}")]


@cache
def rules() -> Rules:
    return read_rules(PLANS.parent / "rules.yaml")


@cache
def sheets() -> ScoreSheets:
    return read_sheets(PLANS.parent / "scores")


@cache
def regular_agenda() -> Agenda:
    return read_agenda(AGENDAS / "regular.yaml")


def make_desk(db: Database, **others: Any) -> Desk:
    """What a test wants otherwise is named: `routes=…`, `wake=…`."""
    usual: dict[str, Any] = {
        "render": renderer(),
        "routes": ROUTES,
        "zone": ZONE,
        "links": PlainLinks(),
        "regular_agenda": regular_agenda(),
        "rules": rules(),
        "sheets": sheets(),
        "abilities": {one.name: one.abilities for one in CHANNELS},
    }
    return Desk(db=db, **{**usual, **others})
