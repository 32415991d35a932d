"""The commands about what is reported upward: `python -m bot summary …`."""

import tempfile
from pathlib import Path

import typer
from sqlalchemy.orm import Session

from bot.commands.common import configured_database, existing_file, explain_problems, say_line
from bot.problems import Invalid, Problem, Rejected
from bot.store.links import own_secret
from bot.summaries.collecting import count_upward
from bot.summaries.localities import (
    distrust_locality,
    take_upward,
    trust_locality,
    trusted_localities,
)
from bot.summaries.upward import MOST_BYTES, Signed, fingerprint, public_key, read_upward, sign_upward
from bot.talk.receive import utc_now

KEY_NAME = "summary_key"
"""Made at first use; who holds it may report in this installation's name."""

summary_app = typer.Typer(no_args_is_help=True, help="Counts that one installation reports to another.")


@summary_app.command("export")
def summary_export(file: Path) -> None:
    """Writes the counts of this installation, signed: sums, and nobody's name."""
    with explain_problems(), configured_database() as (settings, db):
        with db.write() as session:
            secret = own_secret(session, KEY_NAME)
        with db.read() as session:
            upward = count_upward(session, settings.moment(utc_now()))
        try:
            _write_whole(file, sign_upward(upward, secret))
        except OSError as error:
            facts = {"error": error.strerror or type(error).__name__}
            raise Rejected([Problem(str(file), "summary_unwritten", facts)]) from None
        say_line("summary_exported", file=file, upward=upward, fingerprint=fingerprint(public_key(secret)))


def _own_key(session: Session) -> str:
    return public_key(own_secret(session, KEY_NAME))


def _write_whole(file: Path, text: str) -> None:
    """The old file stays until the new one is whole."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", delete=False) as spool:
        try:
            spool.write(text)
            spool.close()
            Path(spool.name).replace(file)
        except BaseException:
            Path(spool.name).unlink(missing_ok=True)
            raise


@summary_app.command("import")
def summary_import(file: Path) -> None:
    """Takes the counts of a place that `summary trust` has named."""
    with explain_problems():
        try:
            signed = _read(existing_file(file))
            with configured_database() as (settings, db), db.write() as session:
                place, fresh = take_upward(session, signed, settings.moment(utc_now()))
                name = place.name
        except Invalid as error:
            if not error.code.startswith("summary_"):
                raise
            raise Rejected([Problem(str(file), error.code, error.facts)]) from None
        say_line("summary_imported", name=name, fresh=fresh, upward=signed.upward)


def _read(file: Path) -> Signed:
    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Invalid("summary_broken")
    return read_upward(content)


@summary_app.command("key")
def summary_key() -> None:
    """Prints the public key that the centre trusts, and what is compared by telephone."""
    with explain_problems(), configured_database() as (_, db):
        with db.write() as session:
            key = _own_key(session)
        say_line("summary_key", key=key, fingerprint=fingerprint(key))


@summary_app.command("trust")
def summary_trust(name: str, key: str) -> None:
    """Takes the counts that are signed with KEY as those of the place NAME."""
    with explain_problems(), configured_database() as (settings, db):
        with db.write() as session:
            place = trust_locality(session, name, key, _own_key(session), settings.moment(utc_now()))
        say_line("summary_trusted", name=place.name, fingerprint=fingerprint(key))


@summary_app.command("distrust")
def summary_distrust(name: str) -> None:
    """Takes nothing more from NAME, and drops what it has reported."""
    with explain_problems(), configured_database() as (_, db):
        with db.write() as session:
            place = distrust_locality(session, name)
        say_line("summary_distrusted", name=place.name)


@summary_app.command("places")
def summary_places() -> None:
    """Lists the places that are trusted, and when each took its last counts."""
    with explain_problems(), configured_database() as (_, db):
        with db.read() as session:
            rows = [
                (place.name, fingerprint(place.key), place.taken_at) for place in trusted_localities(session)
            ]
        say_line("summary_places", rows=rows)
