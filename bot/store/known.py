"""Statements that every update says: compiled once for each database, and said straight to its driver."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, inspect
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.types import TypeEngine

Row = tuple[Any, ...]
Turn = Callable[[Any], Any]
E = TypeVar("E", bound=DeclarativeBase)


class Known:
    """A Core statement of a table's columns, with a `bindparam` for each value. SQLAlchemy's own way to say one takes a hundred calls and
    more, half of what an update costs; of it only the types are left here, which turn the values. Whoever listens to the engine's
    statements hears these as well.

    What writes takes its values by the names of the columns; a column that is not named takes its default.
    """

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._forms: dict[tuple[str, ...], _Form] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> Sequence[Row]:
        """What it answers; nothing where it only writes. Raises as `Session.execute`; what is to be flushed before it, whoever asks
        flushes."""
        connection = session.connection()
        if connection.engine.dispatch.before_cursor_execute:
            result = connection.execute(self._statement, values)
            return [tuple(row) for row in result] if result.returns_rows else ()
        key = (connection.dialect.name, *values)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _Form(self._statement, connection.dialect, values)
        return form.say(connection, values)

    def row(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """Its first row."""
        found = self.rows(session, values)
        return found[0] if found else None

    def entity(self, session: Session, kind: type[E], values: Mapping[str, Any]) -> E | None:
        """That of its first row, which has the entity's columns alone, as it stands in the database now."""
        session.flush()
        found = self.row(session, values)
        return None if found is None else found_entity(session, kind, found)

    def value(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first value of its first row; None where there is none."""
        found = self.rows(session, values)
        return found[0][0] if found else None


class _Form:
    """The statement as one driver takes it, with values of these names."""

    def __init__(self, statement: Any, dialect: Dialect, values: Mapping[str, Any]) -> None:
        answers = list(statement.exported_columns)
        if statement.is_insert and not answers:
            statement = statement.inline()  # else the new row's number is asked for
        compiled = statement.compile(dialect=dialect, column_keys=list(values) if statement.is_dml else None)
        said = compiled.construct_expanded_state(dict(values))
        fixed = {name: value for name, value in said.parameters.items() if name not in values}
        fixed |= {column.key: column.default.arg for column in getattr(compiled, "insert_prefetch", ())}
        turns = {name: _to_database(bind.type, dialect) for name, bind in compiled.binds.items()}
        self._sql: str = said.statement
        self._places: list[str] | None = said.positiontup
        self._fixed = {name: _turn_of(name, turns)(value) for name, value in fixed.items()}
        self._turns = [(name, turn) for name in values if (turn := turns.get(name))]
        self._reads = [
            (at, turn) for at, column in enumerate(answers) if (turn := _from_database(column.type, dialect))
        ]
        self._answers = bool(answers)

    def say(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row]:
        bound = {**self._fixed, **values}
        for name, turn in self._turns:
            bound[name] = turn(bound[name])
        raw = connection.connection
        cursor = raw.cursor()
        try:
            cursor.execute(self._sql, [bound[name] for name in self._places] if self._places else bound)
            return self._read(cursor.fetchall()) if self._answers else ()
        except connection.dialect.loaded_dbapi.Error as error:
            connection._handle_dbapi_exception(
                error, self._sql, None, cursor, None
            )  # tells it as its own, and always raises
        finally:
            cursor.close()

    def _read(self, found: Sequence[Row]) -> Sequence[Row]:
        if not self._reads:
            return found
        rows = [list(row) for row in found]
        for row in rows:
            for at, turn in self._reads:
                row[at] = turn(row[at])
        return rows  # type: ignore[return-value]


def _to_database(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _from_database(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _turn_of(name: str, turns: Mapping[str, Turn | None]) -> Turn:
    """Of a value of the statement's own; those of a list are called after it, with a number."""
    return turns.get(name, turns.get(name.rpartition("_")[0])) or _unchanged


def _unchanged(value: Any) -> Any:
    return value


@cache
def columns_of(kind: type[DeclarativeBase]) -> tuple[Any, ...]:
    """The columns of an entity, in the order in which `found_entity` takes their values."""
    return tuple(inspect(kind).local_table.c)


@cache
def _attributes(kind: type[DeclarativeBase]) -> tuple[str, ...]:
    mapper = inspect(kind)
    return tuple(mapper.get_property_by_column(column).key for column in columns_of(kind))


def found_entity(session: Session, kind: type[E], values: Iterable[Any], **joined: Any) -> E:
    """The entity of a row that has just been read, with an `id`; whatever the session had changed of it must have been flushed.
    `joined`: what it refers to."""
    stands = dict(zip(_attributes(kind), values, strict=True), **joined)
    mapper = inspect(kind)
    entity: E | None = session.identity_map.get(mapper.identity_key_from_primary_key((stands["id"],)))
    if entity is not None:
        for name, value in stands.items():
            set_committed_value(entity, name, value)
        return entity
    entity = mapper.class_manager.new_instance()
    instance_state(entity).dict.update(stands)
    make_transient_to_detached(entity)
    session.add(entity)
    return entity
