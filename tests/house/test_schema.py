"""The migrations build exactly the tables that the models describe, on both databases."""

import hashlib

from sqlalchemy import select

from bot.store.db import Database, connect
from bot.store.schema import differences, migrate, up_to_date
from bot.tables import Plan, Topic, Unit


def test_migrations_match_the_models(db: Database) -> None:
    assert up_to_date(db)
    assert differences(db) == []


def test_migrating_twice_changes_nothing(db: Database) -> None:
    migrate(db)
    assert up_to_date(db)


def test_an_empty_database_is_not_up_to_date(tmp_path: object) -> None:
    fresh = connect(f"sqlite:///{tmp_path}/fresh.db")
    assert not up_to_date(fresh)
    migrate(fresh)
    assert up_to_date(fresh)
    fresh.close()


def test_rows_of_the_first_release_are_kept(tmp_path: object) -> None:
    old = connect(f"sqlite:///{tmp_path}/old.db")
    migrate(old, "0001")
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
    migrate(old)
    assert differences(old) == []
    with old.read() as session:
        plan = session.scalars(select(Plan)).one()
        assert plan.mark == hashlib.sha256("60-KH/ĐUK\n2022-04-18\nBan Thường vụ\n".encode()).hexdigest()
        topic = session.scalars(select(Topic)).one()
        assert (topic.plan_id, topic.pool, topic.guests) == (plan.id, False, [])
        assert session.scalars(select(Unit)).one().meeting_shift == "after"
    with old.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    old.close()
