"""One transaction of several parts: apart, so that one can be given up, or together, which is quicker."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session, sessionmaker

from bot.store.engines import held_of, say_held
from bot.store.known import KEPT


@dataclass(frozen=True, slots=True)
class Parts:
    """`begin()` is a part: what it yields knows nothing of what another part has read."""

    connection: Connection
    begin: Callable[[], AbstractContextManager[Session]]


@contextmanager
def parts_apart(connection: Connection) -> Iterator[Parts]:
    """Each has a savepoint, to which it is rolled back where it raises."""
    yield Parts(
        connection,
        sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint").begin,
    )


@contextmanager
def parts_together(connection: Connection) -> Iterator[Parts]:
    """One that raises takes all with it. Writes to whose answer nobody listens are held, and said at the latest at the end."""
    session = Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only")

    kept = session.info[KEPT] = set[object]()

    @contextmanager
    def begin() -> Iterator[Session]:
        yield session
        session.flush()
        session.expunge_all()
        kept.clear()

    held = held_of(connection)
    if held:
        held.open = True
    try:
        yield Parts(connection, begin)
        session.commit()
        if held:
            say_held(connection)
    finally:
        session.close()
        if held:
            held.open = False
            held.forget()
