"""The migrations build exactly the tables that the models describe, on both databases."""

import hashlib
import json
from datetime import UTC, date, datetime

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import StatementError

from bot.store.db import Database, connect_database
from bot.store.schema import known_revisions, migrate_schema
from bot.tables import (
    Contact,
    Demand,
    Duty,
    Errand,
    ErrandKind,
    Event,
    Membership,
    Message,
    Person,
    Plan,
    Reminder,
    ReminderKind,
    Role,
    Submission,
    Task,
    Topic,
    Unit,
)
from bot.tables.asked import (
    Asked,
    GivenWorkbook,
    LoadedPlan,
    Nothing,
    OrderedPaper,
    PlanPreview,
    ScannedPages,
)
from tests.kit.places import ROOT
from tests.kit.schema import schema_differences, up_to_date


def test_migrations_match_the_models(db: Database) -> None:
    assert up_to_date(db)
    assert schema_differences(db) == []


def test_the_names_of_the_files_are_the_revisions_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "migrations"))
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert known_revisions() == walked[::-1]


def test_migrating_twice_changes_nothing(db: Database) -> None:
    migrate_schema(db)
    assert up_to_date(db)


def test_an_empty_database_is_not_up_to_date(tmp_path: object) -> None:
    fresh = connect_database(f"sqlite:///{tmp_path}/fresh.db")
    assert not up_to_date(fresh)
    migrate_schema(fresh)
    assert up_to_date(fresh)
    fresh.close()


def test_rows_of_the_first_release_are_kept(tmp_path: object) -> None:
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0001")
    insert = "INSERT INTO {}".format
    with old.engine.begin() as connection:
        run = connection.exec_driver_sql
        run(
            insert(
                "units (id, code, name, kind, sector, path) VALUES (1, 'DU', 'Đảng ủy', 'dang_uy', '', '/1/')"
            )
        )
        run(
            insert(
                "plans (id, symbol, issued_on, issuer, title, unit_id, content, loaded_at) "
                "VALUES (1, '60-KH/ĐUK', '2022-04-18', 'Ban Thường vụ', 'x', 1, '{}', '2022-04-18')"
            )
        )
        run(
            insert(
                "topics (id, plan_id, key, variant, title, meeting, documents, agenda) "
                "VALUES (1, 1, 'cd-1', '', 'x', 'thematic', '[]', '{}')"
            )
        )
    migrate_schema(old)
    assert schema_differences(old) == []
    with old.read() as session:
        plan = session.scalars(select(Plan)).one()
        assert plan.mark == hashlib.sha256("60-KH/ĐUK\n2022-04-18\nBan Thường vụ\n".encode()).hexdigest()
        topic = session.scalars(select(Topic)).one()
        assert (topic.plan_id, topic.pool, topic.guests) == (plan.id, False, [])
        assert session.scalars(select(Unit)).one().meeting_shift == "after"
    with old.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    old.close()


def test_what_is_planned_is_announced_ahead_after_the_migration(tmp_path: object) -> None:
    """A duty of May that nobody was told of is told ten days before; one that is under way keeps its next word."""
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0008")
    first = {"key": "topic", "at": "opens+0d", "say": "topic", "when": "always", "to": "secretary"}
    keys = (
        "set-date-10 set-date-3 topic-10 ready upload today start result result-1 last-day late deputy above"
    )
    rungs = [first, *({**first, "key": key, "at": "due+1d", "say": "late"} for key in keys.split())]
    text = json.dumps(rungs)
    content = json.dumps({"ladders": {"meeting": rungs}})
    with old.engine.begin() as connection:

        def put(table: str, **facts: object) -> None:
            names = ", ".join(facts)
            marks = ", ".join("?" for _ in facts)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                tuple(facts.values()),
            )

        put("units", id=1, code="DU", name="Đảng ủy", kind="dang_uy", sector="", path="/1/")
        plan = {"issuer": "A", "title": "B", "content": content, "loaded_at": "2022-04-01"}
        put("plans", id=1, mark="m", symbol="1-KH", unit_id=1, **plan)
        for number, (month, said) in enumerate((("04", "2022-04-01 00:00:00"), ("05", None)), start=1):
            days = {
                "opens_on": f"2022-{month}-01",
                "due_on": f"2022-{month}-28",
                "safe_on": f"2022-{month}-28",
            }
            span = {"period_first": f"2022-{month}-01", "period_last": f"2022-{month}-28"}
            demand = {"plan_id": 1, "key": month, "variant": "", "kind": "meeting", "title": month}
            rest = {"recipient": "", "via": "", "rungs": text, "relative": "{}"}
            put("demands", id=number, **demand, **span, **days, **rest)
            duty = {"plan_id": 1, "demand_id": number, "unit_id": 1, "path": "/1/", "key": month}
            moment = f"2022-{month}-18 00:00:00.000000"
            state = {"kind": "meeting", "state": "open", "reminded_until": said, "next_reminder_at": moment}
            put("duties", id=number, **duty, **days, **state)
    migrate_schema(old)
    assert schema_differences(old) == []
    with old.read() as session:
        april, may = session.scalars(select(Duty).order_by(Duty.id)).all()
        assert (may.announced_on, may.opens_on) == (date(2022, 4, 21), date(2022, 5, 1))
        assert may.next_reminder_at == datetime(2022, 4, 21, tzinfo=UTC)
        assert april.next_reminder_at == datetime(2022, 4, 18, tzinfo=UTC)
        lines = session.scalars(select(Plan)).one().content["ladders"]["meeting"]
        for found in (may.demand.rungs, lines):
            assert found[0]["at"] == "announce+0d"
            assert [rung["key"] for rung in found[1:6]] == [
                *("usual-10", "usual-3", "usual-1", "usual-past", "set-date-open")
            ]
            assert [rung["key"] for rung in found[6:]] == keys.split()


@pytest.mark.parametrize(
    ("kind", "kept", "about"),
    [
        ("template", {}, Nothing()),
        ("plan", {"digest": "d", "name": "n.xlsx"}, GivenWorkbook("n.xlsx", "d")),
        (
            "plan",
            {"digest": "d", "name": "n", "plan": "{}", "answers": {"a": "none"}},
            GivenWorkbook("n", "d", "{}", {"a": "none"}),
        ),
        ("withdraw", {"plan_id": 3}, LoadedPlan(3)),
        ("clone", {"plan_id": 3, "year": 2023}, LoadedPlan(3, 2023)),
        ("look", {"plan_id": 3, "unit": 4, "usual": True}, PlanPreview(4, True, 3)),
        ("look", {"plan": "{}", "answers": {}, "of": 5, "unit": 4}, PlanPreview(4, plan="{}", of=5)),
        ("scan", {"submission": 1, "duty": 2, "round": 0}, ScannedPages(1, 2)),
        (
            "scan",
            {"submission": 1, "duty": 2, "round": 3, "pages": [["d", 90]], "out": ["e"]},
            ScannedPages(1, 2, 3, (("d", 90),), ("e",)),
        ),
        ("paper", {"meeting": 7, "kind": "minutes", "form": "pdf"}, OrderedPaper(7, "minutes", "pdf")),
        ("paper", {"meeting": 7, "kind": "minutes"}, OrderedPaper(7, "minutes")),
    ],
)
def test_what_errands_of_before_are_about_is_read(
    db: Database, kind: str, kept: dict[str, object], about: Asked
) -> None:
    """Their JSON has the shape that it always had; what is written anew is read as the same."""
    at = datetime(2022, 4, 1, tzinfo=UTC)
    with db.write() as session:
        session.add_all(
            [Unit(id=1, code="DU", name="Đảng ủy", kind="dang_uy", path="/1/"), Person(id=1, created_at=at)]
        )
        session.flush()
        errand = Errand(id=1, person_id=1, unit_id=1, kind=ErrandKind(kind), created_at=at)
        session.add(errand)
        session.flush()
        session.execute(text("UPDATE errands SET args = :kept"), {"kept": json.dumps(kept)})
    for _ in ("as it was kept", "as it is written"):
        with db.write() as session:
            errand = session.get_one(Errand, 1)
            assert errand.about(type(about)) == about
            errand.args = Nothing()
            session.flush()
            errand.args = about


def test_a_state_that_nobody_knows_is_named(db: Database) -> None:
    """Old rows are read as members; what is no member is refused by name, when it is read and when it is written."""
    person = {"created_at": datetime(2022, 4, 1, tzinfo=UTC)}
    with db.write() as session:
        session.add_all(
            [Unit(id=1, code="DU", name="Đảng ủy", kind="dang_uy", path="/1/"), Person(id=1, **person)]
        )
        session.flush()
        session.add(Membership(person_id=1, unit_id=1, role=Role.LEADER, since=person["created_at"]))
    with db.read() as session:
        assert session.scalars(select(Membership)).one().role is Role.LEADER
    with db.write() as session:
        session.execute(text("UPDATE memberships SET role = 'emperor'"))
    with db.read() as session, pytest.raises(LookupError, match="emperor"):
        session.scalars(select(Membership)).one()
    with db.write() as session, pytest.raises(StatementError, match="emperor"):
        session.execute(update(Membership).values(role="emperor"))


def test_what_stood_in_keys_and_in_the_audit_stands_in_columns(tmp_path: object) -> None:
    """Reminders, messages above, a unit closed with its role, a task settled in between: each is found again by its columns."""
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0015")
    closed = "2022-04-10 02:00:00.123456"
    rungs = ("topic@202204010100", "catch-up@202204020100", "nudge-2@202204030100", "snooze@202204040100-2")
    with old.engine.begin() as connection:

        def put(table: str, **facts: object) -> None:
            marks = ", ".join("?" for _ in facts)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({', '.join(facts)}) VALUES ({marks})", tuple(facts.values())
            )

        unit = {"name": "Chi bộ", "kind": "chi_bo", "sector": ""}
        put("units", id=1, code="A", path="/1/", closed_on="2022-04-10", **unit)
        put("persons", id=1, name="", created_at=closed, consent_version=0, reminder_hour=8)
        contact = {"channel": "web", "place": "p", "used_at": closed, "lost_reason": "", "seq": 0}
        put("contacts", id=1, person_id=1, wrong_codes=0, **contact)
        put(
            "persons",
            id=2,
            name="",
            created_at=closed,
            consent_version=0,
            reminder_hour=8,
            anonymised_at=closed,
        )
        put("contacts", id=2, person_id=2, wrong_codes=0, **{**contact, "place": "-2"})
        role = {"person_id": 1, "unit_id": 1, "since": "2022-01-01 00:00:00.000000"}
        put("memberships", id=1, role="secretary", rank=0, ended_at=closed, **role)
        put("memberships", id=2, role="leader", rank=0, ended_at="2022-02-01 00:00:00.000000", **role)
        put("audit", id=1, at=closed, action="unit closed", subject="unit:1")
        put("audit", id=2, at=closed, action="task going", subject="task:1")
        plan = {"symbol": "1-KH", "issuer": "A", "title": "B", "content": "{}", "answers": "{}"}
        put("plans", id=1, mark="m", unit_id=1, loaded_at=closed, **plan)
        span = {"period_first": "2022-04-01", "period_last": "2022-04-30", "opens_on": "2022-04-01"}
        demand = {"key": "t", "variant": "", "kind": "meeting", "title": "T", "recipient": "", "via": ""}
        told = {"announced_on": "2022-04-01", "rungs": "[]", "relative": "{}"}
        put("demands", id=1, plan_id=1, **demand, **span, **told)
        for number, its_key in enumerate(
            ("thang:2022-04", "gui:thang:2022-04", "kho+2022-Q2", "dang-so-tay-2:cd"), start=2
        ):
            put("demands", id=number, plan_id=1, **{**demand, "key": its_key}, **span, **told)
        duty = {"key": "t", "kind": "meeting", "state": "open", "path": "/1/", "waits": "", "picks": "[]"}
        days = {"opens_on": "2022-04-01", "announced_on": "2022-04-01", "added": 0}
        put("duties", id=1, plan_id=1, demand_id=1, unit_id=1, **duty, **days)
        for number, key in enumerate((None, "above:1:1:20220401", "summary:1:week:20220401"), start=1):
            message = {"person_id": 1, "contact_id": 1, "channel": "web", "priority": 5, "state": "sent"}
            times = {"created_at": closed, "due_at": closed, "attempts": 0, "error": ""}
            put("messages", id=number, body="{}", key=key, **message, **times)
        for rung in (*rungs, "done@202204050100", "summary@202204060100"):
            put("reminders", duty_id=1, rung=rung, person_id=1, message_id=1, at=closed)
        meeting = {"kind": "regular", "state": "held", "place": "", "steps": "[]", "step": 0, "marks": "{}"}
        put("meetings", id=1, unit_id=1, created_at=closed, walk="{}", ready="[]", **meeting)
        task = {"unit_id": 1, "meeting_id": 1, "step": 0, "what": "x", "who": "", "state": "going"}
        put("tasks", id=1, outcome="", person_id=1, at=closed, **task)
    migrate_schema(old)
    at = datetime(2022, 4, 10, 2, 0, 0, 123456, tzinfo=UTC)
    with old.read() as session:
        said = {row.rung: (row.kind, row.rung_at) for row in session.scalars(select(Reminder))}
        days = {kind: moment and moment.day for kind, moment in said.values()}
        assert days == {"rung": 1, "catch-up": 2, "nudge": 3, "snooze": None, "done": 5, "summary": 6}
        assert said["topic@202204010100"] == (ReminderKind.RUNG, datetime(2022, 4, 1, 1, tzinfo=UTC))
        kinds = session.scalars(select(Message.kind).order_by(Message.id)).all()
        assert kinds == ["", "above", "summary"]
        assert session.get_one(Unit, 1).closed_at == at
        ended = session.scalars(select(Membership.ended_with_unit).order_by(Membership.id)).all()
        assert ended == [True, False]
        assert session.get_one(Task, 1).settled_at == at
        forgotten = session.scalars(select(Contact.forgotten_at).order_by(Contact.id)).all()
        assert forgotten == [None, at]
        demands = session.scalars(select(Demand).order_by(Demand.id)).all()
        turns = [(demand.base, demand.period) for demand in demands]
        assert turns[:3] == [("t", ""), ("thang", "2022-04"), ("gui", "thang:2022-04")]
        assert turns[3:] == [("kho", ""), ("dang-so-tay-2", "cd")]
        assert [demand.uploads for demand in demands] == [False, False, False, False, True]
    old.close()


def test_what_messages_are_about_stands_in_columns(tmp_path: object) -> None:
    """What waits to tell of files tied later, or gives notice of a meeting, is found by its columns; so is a line of the web chat."""
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0021")
    at = "2022-04-10 02:00:00.000000"
    with old.engine.begin() as connection:

        def put(table: str, **facts: object) -> None:
            marks = ", ".join("?" for _ in facts)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({', '.join(facts)}) VALUES ({marks})", tuple(facts.values())
            )

        put("units", id=1, code="A", path="/1/", name="Chi bộ", kind="chi_bo", sector="")
        put("persons", id=1, name="", created_at=at, consent_version=0, reminder_hour=8)
        contact = {"channel": "web", "place": "p", "used_at": at, "lost_reason": "", "seq": 1}
        put("contacts", id=1, person_id=1, wrong_codes=0, **contact)
        plan = {"symbol": "1-KH", "issuer": "A", "title": "B", "content": "{}", "answers": "{}"}
        put("plans", id=1, mark="m", unit_id=1, loaded_at=at, **plan)
        file = {"path": "/1/", "digest": "d", "name": "n.pdf", "size": 1, "media_type": "application/pdf"}
        put("materials", id=5, plan_id=1, key="t", period="", person_id=1, at=at, **file)
        meeting = {
            "kind": "regular",
            "state": "planned",
            "place": "",
            "steps": "[]",
            "step": 0,
            "marks": "{}",
        }
        put("meetings", id=7, unit_id=1, created_at=at, walk="{}", ready="[]", **meeting)
        for number, key in enumerate((None, "paper:5:1", "notice:7:1:0011", "notice:8:1:2233"), start=1):
            message = {"person_id": 1, "contact_id": 1, "channel": "web", "priority": 5, "state": "waiting"}
            times = {"created_at": at, "due_at": at, "attempts": 0, "error": ""}
            put("messages", id=number, body="{}", key=key, **message, **times)
        put("events", id="web:1:0af3-2", contact_id=1, at=at, seq=1, said="xin chào", error="")
        put("events", id="tg:99", contact_id=1, at=at, said="", error="")
    migrate_schema(old)
    assert schema_differences(old) == []
    with old.read() as session:
        messages = session.scalars(select(Message).order_by(Message.id)).all()
        about = [(one.material_id, one.unit_id, one.meeting_id) for one in messages]
        assert about == [(None, None, None), (5, 1, None), (None, None, 7), (None, None, None)]
        refs = {one.id: one.message_ref for one in session.scalars(select(Event))}
        assert refs == {"web:1:0af3-2": "0af3-2", "tg:99": ""}
    old.close()


def test_whoever_sums_up_is_told_of_periods_after_the_migration(tmp_path: object) -> None:
    """Followers and offices of before get the hour that leaders have had; secretaries and roles that have ended do not."""
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0034")
    at = "2022-04-10 02:00:00.000000"
    with old.engine.begin() as connection:

        def put(table: str, **facts: object) -> None:
            marks = ", ".join("?" for _ in facts)
            connection.exec_driver_sql(
                f"INSERT INTO {table} ({', '.join(facts)}) VALUES ({marks})", tuple(facts.values())
            )

        put("units", id=1, code="A", path="/1/", name="Đảng ủy", kind="dang_uy", sector="")
        put("persons", id=1, name="", created_at=at, consent_version=0, reminder_hour=8)
        roles = ("leader", "follower", "admin", "secretary", "follower")
        for number, role in enumerate(roles, start=1):
            ended = at if number == 5 else None
            hour = at if role == "leader" else None
            facts = {"since": at, "ended_at": ended, "ended_with_unit": 0, "next_summary_at": hour}
            put("memberships", id=number, person_id=1, unit_id=1, role=role, rank=0, **facts)
    migrate_schema(old)
    with old.read() as session:
        found = session.scalars(select(Membership).order_by(Membership.id)).all()
        assert [one.next_summary_at is not None for one in found] == [True, True, True, False, False]
        assert found[0].next_summary_at == datetime(2022, 4, 10, 2, tzinfo=UTC)
        assert found[1].summed_on is not None
    old.close()


def put_row(connection: Connection, table: str, **facts: object) -> None:
    """A row, with something in every column that must not be empty."""
    columns = connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
    needed = {name: sort for _, name, sort, filled, usual, _ in columns if filled and usual is None}
    moment = "2022-04-10 02:00:00.000000"
    blanks = {"INTEGER": 1, "BOOLEAN": 0, "DATE": "2022-04-01", "DATETIME": moment, "JSON": "[]"}
    whole = {name: blanks.get(sort, "x") for name, sort in needed.items()} | facts
    marks = ", ".join("?" for _ in whole)
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({', '.join(whole)}) VALUES ({marks})", tuple(whole.values())
    )


def test_reports_that_nobody_was_told_of_are_news_after_the_migration(tmp_path: object) -> None:
    """Of those from before anybody looked at reports; what was told of to a reader, or decided, stays so."""
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0042")
    at = "2022-04-10 02:00:00.000000"
    rows = [("handed", None), ("handed", 1), ("accepted", None)]
    with old.engine.begin() as connection:
        for table in ("units", "persons", "plans", "demands", "duties"):
            put_row(connection, table, id=1)
        for number, (state, reader) in enumerate(rows, start=1):
            facts = {"state": state, "reviewer_id": reader, "told_at": at}
            put_row(connection, "submissions", id=number, version=number, **facts)
    migrate_schema(old)
    with old.read() as session:
        told = session.scalars(select(Submission.told_at).order_by(Submission.version)).all()
        assert [one is None for one in told] == [True, False, False]
    old.close()


def test_who_was_there_stands_at_the_duties_after_the_migration(tmp_path: object) -> None:
    """By the counts of the meetings that were held; what has none, or was called off, says nothing."""
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0051")
    with old.engine.begin() as connection:
        for table in ("units", "persons", "plans", "demands"):
            put_row(connection, table, id=1)
        for number, state in enumerate(("held", "cancelled", "held"), start=1):
            put_row(connection, "duties", id=number, key=str(number))
            put_row(connection, "meetings", id=number, state=state)
            put_row(connection, "meeting_duties", meeting_id=number, duty_id=number)
        for number in (1, 2):
            counted = {"total": 28, "present": 20, "exempt": 1, "elsewhere": 2}
            put_row(connection, "attendances", meeting_id=number, **counted)
    migrate_schema(old)
    assert schema_differences(old) == []
    with old.read() as session:
        heads = session.execute(select(Duty.present, Duty.obliged).order_by(Duty.id)).all()
        assert [tuple(one) for one in heads] == [(20, 25), (None, None), (None, None)]
    old.close()
