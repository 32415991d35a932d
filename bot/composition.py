"""The composition root: puts the pieces of one installation together."""

import logging
import os
import pickle
import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels import CHANNELS
from bot.channels.base import Channel, FileLink, Receive, Tools, WebTalk
from bot.channels.typed import TypedWords
from bot.channels.web.channel import Hub, Web
from bot.commands.common import (
    AGENDAS,
    TEMPLATES,
    message_renderer,
    shipped_rules,
    shipped_sheets,
)
from bot.messages import Address, File, Incoming
from bot.people.people import holds_role
from bot.plans.yaml_in import read_agenda
from bot.reminders.outdated import renew_outdated
from bot.service.logs import LineCounts, set_up_logs
from bot.service.metrics import watch_routes
from bot.service.service import Service
from bot.service.watch import Watch
from bot.service.workshop import OwnProcess
from bot.settings import Settings, with_channels
from bot.store import files, page_reading
from bot.store.again import database_gave_way, do_again
from bot.store.aside import Inspector
from bot.store.db import Database, connect_database, sqlite_file
from bot.store.intake import Intake
from bot.store.links import SignedLinks, own_secret
from bot.store.vault import DatabaseVault
from bot.tables import Contact
from bot.talk.desk import Desk
from bot.talk.gathering import Gathering
from bot.talk.knocking import Veil
from bot.talk.letters import link_to_talk, show_in_talk
from bot.talk.push_book import DatabasePushBook, DiscreetWords
from bot.talk.receive import utc_now
from bot.talk.render import Renderer
from bot.talk.sender import Outdated, Sender
from bot.web import app as web
from bot.web.setup import FirstWord
from bot.wording import read_words
from handlers import ROUTES
from schedules import TICKS, reminders, summaries
from schedules.cleanup import KeepTimes, clean_by_night
from schedules.clock import Clock, Tick

if TYPE_CHECKING:
    from bot.service.demo import Demo

log = logging.getLogger(__name__)
T = TypeVar("T")


def compose(
    settings: Settings,
    db: Database,
    now: Callable[[], datetime],
    demo: "Demo | None" = None,
    kinds: Sequence[type[Channel]] = CHANNELS,
    lines: LineCounts | None = None,
    first: FirstWord | None = None,
) -> Service:
    """Puts the pieces together; everything below this function gets what it needs handed in."""
    store = files.open_store(settings.files_url.get_secret_value())
    hub, aside, reader = Hub(), Inspector(), stamp_reader(settings)

    async def handle(event: Incoming) -> bool:
        return await gathering.receive(event)

    def file_link(file: File, whose: Address, number: int) -> str:
        return link_for(desk, file, whose, number)

    talk = WebTalk(
        lambda reader: link_to_talk(desk, reader, now()),
        lambda reader, number: show_in_talk(desk, reader, number, now()),
    )
    intake = Intake(db, store, aside, now, reader)
    channels = open_channels(settings, [Web] if demo else kinds, handle, intake, file_link, talk)
    links, render = own_links(settings, db, channels), message_renderer(settings)

    def outdated(session: Session, message_ids: Collection[int], at: datetime) -> set[int]:
        return renew_outdated(desk, session, message_ids, at)

    sender = own_sender(settings, db, channels, now, hub, Veil(render, links), outdated)
    workshop = OwnProcess(work_apart, settings, tuple(one.name for one in channels))
    desk = open_desk(settings, db, render, links, sender.wake, store, aside, kinds, channels, workshop)
    gathering = Gathering(desk, lambda: sender.alone)
    clock = Clock(desk, TICKS | {"cleanup": cleaning(settings)}, now)
    watch = Watch(desk, now, sender, clock, channels, store, own_disks(settings))
    if demo:
        demo.attach(desk, clock.run_all, partial(_next_moment, db), sender.wake)
    shown = pages_beside(settings, channels, watch, lines or LineCounts(), demo)
    return Service(
        web.build_site(desk, handle, links, hub, intake.take, store.stream, now, first=first, **shown),
        sender,
        clock,
        settings.host,
        settings.port,
        channels,
        proxies=settings.proxies,
        closing=hub.close,
        stopped=partial(close_all, [gathering, aside, reader, workshop]),
        watching=watch.run,
    )


def pages_beside(
    settings: Settings, channels: Sequence[Channel], watch: Watch, lines: LineCounts, demo: "Demo | None"
) -> dict[str, Any]:
    """What the web site serves beside its own pages."""
    routes = watch_routes(watch, lines, settings.metrics_token.get_secret_value())
    return {
        "ways_in": [way for one in channels for way in one.ways_in()],
        "ways_back": [way for one in channels for way in one.ways_back()],
        "extra_routes": [*routes, *(demo.routes() if demo else ())],
        "home": demo.page if demo else None,
        "web": next((one for one in channels if isinstance(one, Web)), None),
    }


def stamp_reader(settings: Settings) -> Inspector | None:
    """Reads the stamps on pages that are pictures, where that is wanted: one at a time, with memory of its own."""
    return Inspector(workers=1, memory=page_reading.MEMORY) if settings.ocr else None


def close_all(parts: Iterable[Gathering | Inspector | OwnProcess | None]) -> None:
    for one in parts:
        if one is not None:
            one.close()


def own_sender(
    settings: Settings,
    db: Database,
    channels: Sequence[Channel],
    now: Callable[[], datetime],
    hub: Hub,
    veil: Veil,
    outdated: Outdated,
) -> Sender:
    """Others know it by this machine and the address on which it listens."""
    name = f"{socket.gethostname()} {settings.listen}"
    windows = {one.name: one.abilities.window for one in channels if one.abilities.window}
    return Sender(
        db,
        channels,
        now,
        delivered=hub.notify,
        zone=settings.zone,
        name=name,
        veil=veil,
        windows=windows,
        outdated=outdated,
    )


def open_desk(
    settings: Settings,
    db: Database,
    render: Renderer,
    links: SignedLinks,
    wake: Callable[[], None],
    store: files.Store,
    aside: Inspector,
    kinds: Iterable[type[Channel]],
    channels: Iterable[Channel],
    workshop: OwnProcess | None = None,
) -> Desk:
    tools = (render, ROUTES, settings.zone, links, wake, store)
    guidance = (read_agenda(AGENDAS / "regular.yaml"), shipped_rules(), shipped_sheets())
    return Desk(
        db,
        *tools,
        *guidance,
        aside,
        {one.name: one.abilities for one in kinds},
        frozenset(one.name for one in channels),
        workshop,
    )


def work_apart(opening: bytes, work: Callable[..., T], args: Sequence[Any]) -> T:
    """In the process of `OwnProcess`: what `work(desk, *args)` answers. Raises OSError where the database gave way."""
    try:
        return work(_own_desk(opening), *args)
    except Exception as error:
        if database_gave_way(error):
            raise OSError(type(error).__name__) from error
        if not isinstance(error, OSError):
            log.exception("work apart failed work=%s", work.__qualname__)
        raise


async def _hear_nothing(event: Incoming) -> bool:
    return False


@cache
def _own_desk(opening: bytes) -> Desk:
    """The desk of a process that hears nobody and sends nothing."""
    facts, names, level, folder = pickle.loads(opening)  # noqa: S301 - both ends are this program
    os.chdir(folder)  # paths in the settings begin there
    settings = with_channels(CHANNELS).model_construct(**facts)
    set_up_logs(level, settings.log_format, [name for kind in CHANNELS for name in kind.loggers])
    db = connect_database(settings.database_url.get_secret_value(), beside=True)
    store, aside = files.open_store(settings.files_url.get_secret_value()), Inspector()
    open_here = [kind for kind in CHANNELS if kind.name in names]
    channels = open_channels(settings, open_here, _hear_nothing, Intake(db, store, aside, utc_now))
    links, render = own_links(settings, db, channels), message_renderer(settings)
    return open_desk(settings, db, render, links, lambda: None, store, aside, CHANNELS, channels)


def own_links(settings: Settings, db: Database, channels: Iterable[Channel]) -> SignedLinks:
    """Signed with this installation's own secret, which is made where there is none."""
    with db.write() as session:
        secret = own_secret(session)
    return SignedLinks(secret, settings.url, {one.name: one.link for one in channels})


def cleaning(settings: Settings) -> tuple[Tick, timedelta]:
    """The tick that cleans up, with what these settings keep; 0 days are for ever where that may be."""
    kept = KeepTimes(
        timedelta(days=settings.keep_events_days),
        timedelta(days=settings.keep_talk_days),
        timedelta(days=settings.keep_notes_days) if settings.keep_notes_days else None,
        timedelta(days=settings.keep_audit_days) if settings.keep_audit_days else None,
    )
    return partial(clean_by_night, kept=kept), TICKS["cleanup"][1]


def own_disks(settings: Settings) -> dict[str, Path]:
    """What lies on disks of this machine: PostgreSQL and buckets look after themselves."""
    place = sqlite_file(settings.database_url.get_secret_value())
    folder = files.folder_of_store(settings.files_url.get_secret_value())
    return {
        name: path
        for name, path in (("DATABASE_URL", place and place.parent), ("FILES_URL", folder))
        if path is not None
    }


def open_channels(
    settings: Settings,
    kinds: Iterable[type[Channel]],
    handle: Receive,
    intake: Intake,
    file_link: FileLink = lambda file, reader, number: "",
    talk: WebTalk = WebTalk(),
) -> list[Channel]:
    """The channels that the settings name."""
    commands = read_words(TEMPLATES / "talk" / "commands.yaml")
    typed = typed_words()
    opened = []
    for kind in kinds:
        tools = Tools(
            handle,
            partial(intake.take, sounds=kind.abilities.sounds),
            lambda file: intake.store.read(file.digest),
            partial(is_known, intake.db, kind.name),
            intake.now,
            settings.url,
            list(commands.items()),
            file_link,
            talk,
            typed,
            lambda name: read_words(TEMPLATES / "talk" / f"{name}.yaml"),
            DatabaseVault(intake.db),
            DatabasePushBook(intake.db, intake.now, settings.zone, settings.url, discreet_words()),
        )
        if channel := kind.open(settings.of(kind), tools):
            opened.append(channel)
    return opened


def link_for(desk: Desk, file: File, reader: Address, number: int) -> str:
    """The page on which whoever speaks from there fetches the file; it is theirs alone."""

    def look() -> str:
        with desk.db.read() as session:
            here = select(Contact).where(Contact.channel == reader.channel, Contact.place == reader.place)
            return f"{desk.file_link(file, session.scalars(here).one(), number)}/page"

    return do_again(look)


def typed_words() -> TypedWords:
    words = read_words(TEMPLATES / "talk" / "typed.yaml")
    return TypedWords(**{**words, "instead": tuple(words["instead"].items())})


def discreet_words() -> DiscreetWords:
    return DiscreetWords(**read_words(TEMPLATES / "talk" / "discreet_push.yaml"))


def is_known(db: Database, channel: str, place: str) -> bool:
    def look() -> bool:
        with db.read() as session:
            return holds_role(session, channel, place)

    return do_again(look)


def _next_moment(db: Database) -> datetime | None:
    """When something will happen by the clock next."""
    with db.read() as session:
        found = [reminders.next_reminder_moment(session), summaries.next_summary_moment(session)]
    return min((moment for moment in found if moment is not None), default=None)
