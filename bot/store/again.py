"""A unit of work is done again when the database has given way under it, which is nobody's fault: two transactions met, a connection was lost."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.store.db import DatabaseGone
from bot.store.engines import sqlstate_of

log = logging.getLogger(__name__)

T = TypeVar("T")

MET = {"40001", "40P01"}
"""Two transactions met, and this one was to give way (serialization failure, deadlock): at once again it may pass."""
HELD = "55P03"
MOST_MEETINGS = 10
MOST_LOSSES = 3
LOSS_PAUSE = 0.5


def do_again(work: Callable[[], T], *, on: tuple[type[Exception], ...] = ()) -> T:
    """What `work` answers, which is done again when the database has given way under it, or it has failed with one of `on`.

    `work` opens its own transactions and may be done twice: a commit whose answer was lost on the way may have been kept. In
    the end it raises what `work` raised; a database that is away for long is waited for by whoever called, or by nobody.
    """
    met = lost = 0
    while True:
        try:
            return work()
        except Exception as error:
            if sqlstate_of(error) in MET:
                met += 1
                pause = random.uniform(0, min(1.0, 0.02 * 2**met))  # noqa: S311 - so that they do not meet again
            elif isinstance(error, on) or (database_gave_way(error) and not isinstance(error, DatabaseGone)):
                lost += 1
                pause = LOSS_PAUSE * (lost - 1)
            else:
                raise
            if met >= MOST_MEETINGS or lost >= MOST_LOSSES:
                raise
            log.warning("database.again error=%s", _kind(error))
        time.sleep(pause)


def database_gave_way(error: BaseException) -> bool:
    """Whether it is the database that failed, and not what was asked of it."""
    if isinstance(error, DBAPIError) and (error.connection_invalidated or sqlstate_of(error) in MET):
        return True
    return isinstance(error, OperationalError | InterfaceError | PoolTimeoutError | DatabaseGone)


def lock_held(error: BaseException) -> bool:
    """Whether it has only waited long enough for what another transaction holds: this one can go on without it."""
    return sqlstate_of(error) in {HELD, *MET}


def _kind(error: Exception) -> str:
    """Without what was asked: it holds people's words."""
    return type(getattr(error, "orig", None) or error).__name__
