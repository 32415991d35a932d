"""The migrations build exactly the tables that the models describe, on both databases."""

from bot.db import Database, connect
from bot.schema import differences, migrate, up_to_date


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
