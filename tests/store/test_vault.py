"""Secrets that a channel is given from outside: one value over all replicas, changed by one at a time."""

import threading

import pytest

from bot.store.db import Database
from bot.store.vault import DatabaseVault


def test_what_was_put_in_is_read_by_all(db: Database) -> None:
    assert DatabaseVault(db).read("key") == ""
    assert DatabaseVault(db).change("key", lambda old: f"{old}new") == "new"
    assert DatabaseVault(db).read("key") == "new"


def test_a_change_that_fails_leaves_it(db: Database) -> None:
    vault = DatabaseVault(db)
    vault.change("key", lambda _: "good")

    def fail(_: str) -> str:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        vault.change("key", fail)
    assert vault.read("key") == "good"


def test_many_at_once_change_it_one_after_another(db: Database) -> None:
    threads = [
        threading.Thread(target=DatabaseVault(db).change, args=("key", lambda old: f"{old}x"))
        for _ in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert DatabaseVault(db).read("key") == "xxxxxx"
