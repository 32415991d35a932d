"""The story of the drill: people talk, reminders go out, one link after the other is cut; then everything is counted."""

import json
import subprocess
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import func, select, update

from benchmarks.children import Api, child
from benchmarks.cluster.hosts import ALL, BOTS, DATABASES, HERE, PORT, Hosts, url_of
from benchmarks.figures import Row, key, table
from benchmarks.grounds import FIRST_PLACE, ZONE, opened, shipped_plan, write_people, write_units
from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.duties.loading import load_plan
from bot.store.schema import migrate_schema
from bot.tables import Contact, Duty, Event, Membership, Message, MessageState

DATABASE = "chibo"
TALKERS, HEARERS = 200, 3000
RATE = 10
CALM_SECONDS, CUT_SECONDS = 15, 75
UNDER_WAY = 400
"""So many reminders have gone out when the primary is cut."""
PATIENCE = 180.0
MOST_SILENCE = 40.0


def run_drill() -> int:
    with tempfile.TemporaryDirectory(prefix="cluster-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        hosts = Hosts(Path(folder))
        hosts.make_network()
        try:
            hosts.start_databases()
            wait_for("three database hosts", whole)
            write_office()
            with child(["-m", "benchmarks.cluster.api"], {}) as process:
                assert process.stdout is not None
                api = Api(f"http://{HERE}:{int(process.stdout.readline())}", process.pid)
                rows, missed = tell(hosts, api)
            print(table("Links cut", rows), flush=True)
        except BaseException:
            keep_logs(Path(folder))
            raise
        finally:
            hosts.stop()
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed else 0


def tell(hosts: Hosts, api: Api) -> tuple[list[Row], list[str]]:
    api.tell("gather", people=list(range(FIRST_PLACE, FIRST_PLACE + TALKERS)))
    hosts.start_bots(time.time(), api.url, DATABASE)
    wait_for("both bots", lambda: all(ready(name) for name in BOTS))
    api.tell("open", rate=RATE)
    time.sleep(5)
    rows, missed = [], []
    api.tell("mark")
    time.sleep(CALM_SECONDS)
    rows += rows_of("calm", api.tell("figures"))
    wait_for("reminders", lambda: api.tell("figures")["reached"] >= UNDER_WAY)
    for what, choose in (
        ("the primary", primary),
        ("a bot host", lambda: "bot1"),
        ("etcd's leader", etcd_leader),
    ):
        name = choose()
        api.tell("mark")
        hosts.cut(name)
        time.sleep(CUT_SECONDS)
        figures = api.tell("figures")
        rows += rows_of(f"{what} cut", figures)
        print(f"{what} ({name}) cut: {figures}", flush=True)
        if figures["silence"] >= MOST_SILENCE:
            missed.append(f"{what} cut: silence of {figures['silence']:.0f} s")
        hosts.mend(name)
        wait_for(f"{name} back", lambda: whole() and all(ready(bot) for bot in BOTS))
    rows += list(count(api, missed))
    if dead := hosts.dead():
        missed.append(f"ended by itself: {', '.join(dead)}")
    return rows, missed


def rows_of(what: str, figures: dict[str, float]) -> list[Row]:
    return [
        Row(
            key("cluster", what, "silence_s"),
            f"{what}: nobody had an answer for",
            figures["silence"],
            "s",
            beside=f"{figures['answered']} answers",
        ),
        Row(key("cluster", what, "p50_ms"), f"{what}: an answer, median", figures["p50"], "ms"),
        Row(
            key("cluster", what, "longest_s"),
            f"{what}: the answer that took longest",
            figures["longest"],
            "s",
        ),
    ]


def count(api: Api, missed: list[str]) -> Iterator[Row]:
    """What was said and written against what has come to people."""
    api.tell("quiet")
    wait_for(
        "all answered", lambda: not api.tell("figures")["unanswered"] and not api.tell("counted")["under_way"]
    )
    with opened(url_of(DATABASE)) as db:
        waiting = select(func.count()).select_from(Message).where(Message.state == MessageState.WAITING)

        def nothing_waits() -> bool:
            with db.read() as session:
                return not session.scalar(waiting)

        wait_for("all sent", nothing_waits)
        with db.read() as session:
            sent = (
                select(Contact.place, func.count())
                .select_from(Message)
                .join(Contact, Contact.id == Message.contact_id)
                .where(Message.state == MessageState.SENT)
                .group_by(Contact.place)
            )
            written = {place: number for place, number in session.execute(sent)}  # noqa: C416 - a Result is no mapping
            failed = session.scalar(
                select(func.count()).select_from(Message).where(Message.state != MessageState.SENT)
            )
            events = session.scalar(select(func.count()).select_from(Event)) or 0
            apologies = session.scalar(select(func.count()).select_from(Event).where(Event.error != ""))
    received = Counter(api.tell("counted")["received"])
    said = api.tell("figures")["said"]
    reminded = sum(int(place) >= FIRST_PLACE + TALKERS for place in written)
    over = Counter({place: received[place] - number for place, number in written.items()})
    lost = -sum(number for number in over.values() if number < 0)
    repeats = [number for number in over.values() if number > 0]
    facts = {
        "updates lost": said - events,
        "messages lost": lost,
        "messages failed": failed or 0,
        "apologies": apologies or 0,
        "reminders missing": HEARERS - reminded,
        "more than one repeat for a person": sum(number > 1 for number in repeats),
    }
    missed += [f"{what}: {number}" for what, number in facts.items() if number]
    yield Row("cluster.said", "said by people", said, "")
    yield Row("cluster.reminded", "reminders received", reminded, "")
    yield from (Row(key("cluster", what), what, number, "") for what, number in facts.items())
    yield Row(
        "cluster.repeats", "repeats in all", sum(repeats), "", beside=f"of {sum(received.values())} messages"
    )


def write_office() -> None:
    """People who talk and hear no reminder, and people who are due one."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    with opened(url_of(DATABASE)) as db:
        migrate_schema(db)
        with db.write() as session:
            root = write_units(session, TALKERS + HEARERS)
            load_plan(session, shipped_plan(), root, Moment(APRIL, ZONE))
            write_people(session, TALKERS + HEARERS)
            talking = select(Membership.unit_id).where(Membership.person_id < FIRST_PLACE + TALKERS)
            session.execute(update(Duty).where(Duty.unit_id.in_(talking)).values(next_reminder_at=None))


def wait_for(what: str, holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.5)


def asked(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def members() -> list[dict[str, Any]]:
    for address in DATABASES.values():
        if found := asked(f"http://{address}:8008/cluster"):
            return list(found["members"])
    return []


def whole() -> bool:
    """One leads, two follow, and one of them takes part in each commit."""
    roles = Counter(one["role"] for one in members() if one["state"] in ("running", "streaming"))
    return roles == {"leader": 1, "sync_standby": 1, "replica": 1}


def primary() -> str:
    return next(str(one["name"]) for one in members() if one["role"] == "leader")


def etcd_leader() -> str:
    for name, address in DATABASES.items():
        words = ["etcdctl", f"--endpoints=http://{address}:2379", "endpoint", "status", "-w", "json"]
        said = subprocess.run(
            words, capture_output=True, text=True, check=True, env={"ETCDCTL_API": "3", "PATH": "/usr/bin"}
        )
        status = json.loads(said.stdout)[0]["Status"]
        if status["leader"] == status["header"]["member_id"]:
            return name
    raise RuntimeError("etcd has no leader")


def ready(bot: str) -> bool:
    return asked(f"http://{ALL[bot]}:{PORT}/readyz") is not None


def keep_logs(folder: Path) -> None:
    """The last lines of what each has written, when the drill itself has failed."""
    for log in sorted(folder.glob("*.log")):
        print(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]))
