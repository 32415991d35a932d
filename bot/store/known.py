"""Statements that every update says: compiled once for each database, and said straight to its driver."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Dialect, inspect
from sqlalchemy.orm import DeclarativeBase, Mapper, Session
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.types import TypeEngine

from bot.store.engines import ask_driver, held_of, say_held

KEPT = "kept"
"""A short session has a set of this name in its `info`: it forgets nothing that it has read, which would else be asked for again."""

Row = Sequence[Any]
Turn = Callable[[Any], Any]
E = TypeVar("E", bound=DeclarativeBase)


class Known:
    """A Core statement of a table's columns, with a `bindparam` for each value. SQLAlchemy's own way to say one takes a hundred calls and
    more, half of what an update costs; of it only the types are left here, which turn the values. Whoever listens to the engine's
    statements hears these as well.

    What writes takes its values by the names of the columns; a column that is not named takes its default. `lists`: the names of
    those values that are lists, of a `bindparam(…, expanding=True)` behind IN; there is a form for each power of two, up to which the
    last of a list is said again. `anew`: of tables that grow from nothing to very many within a minute; a server would keep the plan
    that was good for an empty one.
    """

    def __init__(self, statement: Any, *lists: str, anew: bool = False) -> None:
        self._statement = statement
        self._lists = lists
        self._anew = anew
        self._forms: dict[tuple[object, ...], _Form] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> Sequence[Row]:
        """What it answers; nothing where it only writes. Raises as `Session.execute`; what is to be flushed before it, whoever asks
        flushes."""
        connection = session.connection()
        if connection.engine.dispatch.before_cursor_execute:
            result = connection.execute(self._statement, values)
            return [tuple(row) for row in result] if result.returns_rows else ()
        values = self._in_step(values)
        return self._form(connection, values).say(connection, values)

    def _in_step(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**values, **{name: _padded(values[name]) for name in self._lists}} if self._lists else values

    def _form(self, connection: Connection, values: Mapping[str, Any]) -> "_Form":
        key = (connection.dialect.name, *values, *[len(values[name]) for name in self._lists])
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = _Form(self._statement, connection.dialect, values, self._anew)
        return form

    def later(self, session: Session, values: Mapping[str, Any]) -> None:
        """Says what only writes, and nobody counts: at once, or where a gathered transaction holds such, together with others
        (bot/store/held.py). Raises as `rows`, or whatever it is said with does."""
        connection = session.connection()
        held = None if connection.engine.dispatch.before_cursor_execute else held_of(connection)
        if held is None or not held.open:
            self.rows(session, values)
            return
        kept = self._statement.table.name, *self._form(connection, values).said(values)
        if not held.keeps(*kept):
            say_held(connection)
            held.keeps(*kept)

    def row(self, session: Session, values: Mapping[str, Any]) -> Row | None:
        """Its first row."""
        found = self.rows(session, values)
        return found[0] if found else None

    def value(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first value of its first row; None where there is none."""
        found = self.rows(session, values)
        return found[0][0] if found else None


class _Form:
    """The statement as one driver takes it, with values of these names."""

    def __init__(self, statement: Any, dialect: Dialect, values: Mapping[str, Any], anew: bool) -> None:
        answers = list(statement.exported_columns)
        if statement.is_insert and not answers:
            statement = statement.inline()  # else the new row's number is asked for
        compiled = statement.compile(dialect=dialect, column_keys=list(values) if statement.is_dml else None)
        said = compiled.construct_expanded_state(dict(values))
        given = {*values, *(part for name in values for part in said.parameter_expansion.get(name, ()))}
        fixed = {name: value for name, value in said.parameters.items() if name not in given}
        fixed |= {column.key: _default_of(column) for column in getattr(compiled, "insert_prefetch", ())}
        turns = {name: _to_database(bind.type, dialect) for name, bind in compiled.binds.items()}
        self._sql: str = said.statement
        self._places: list[str] | None = said.positiontup
        self._fixed = {name: _turn_of(name, turns)(value) for name, value in fixed.items()}
        self._lists = said.parameter_expansion
        self._turns = [
            (name, turn)
            for own in values
            for name in self._lists.get(own, (own,))
            if (turn := turns.get(own))
        ]
        self._reads = [
            (at, turn) for at, column in enumerate(answers) if (turn := _from_database(column.type, dialect))
        ]
        self._answers = bool(answers)
        self._anew = anew

    def say(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row]:
        found = ask_driver(connection, *self.said(values), answers=self._answers, anew=self._anew)
        return self._read(found) if self._reads else found

    def said(self, values: Mapping[str, Any]) -> tuple[str, Any]:
        """The statement and its values in the driver's words."""
        bound = {**self._fixed, **values}
        for name, parts in self._lists.items():
            if name in bound:
                bound.update(zip(parts, bound.pop(name), strict=True))
        for name, turn in self._turns:
            bound[name] = turn(bound[name])
        return self._sql, [bound[name] for name in self._places] if self._places else bound

    def _read(self, found: Sequence[Row]) -> Sequence[Row]:
        rows = [list(row) for row in found]
        for row in rows:
            for at, turn in self._reads:
                row[at] = turn(row[at])
        return rows


def _padded(some: Sequence[Any]) -> list[Any]:
    whole = list(some)
    return whole + whole[-1:] * ((1 << max(0, len(whole) - 1).bit_length()) - len(whole))


def _default_of(column: Any) -> Any:
    if not column.default.is_scalar:
        raise TypeError(f"{column} must be given: its default is counted")
    return column.default.arg


def _to_database(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _from_database(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _turn_of(name: str, turns: Mapping[str, Turn | None]) -> Turn:
    """Of a value of the statement's own; those of a list are called after it, with a number."""
    return turns.get(name, turns.get(name.rpartition("_")[0])) or _unchanged


def _unchanged(value: Any) -> Any:
    return value


class Whole(Generic[E]):
    """An entity, of a single key, as it stands in a row, all its columns, and behind them those of the entities that it refers to.

    It becomes one of the session, as if the session had loaded it; where the session has it already, it stands as in the row from now on.
    """

    def __init__(
        self,
        kind: type[E],
        table: Any = None,
        near: Mapping[str, type[Any]] | None = None,
        **refers: "Whole[Any]",
    ) -> None:
        """`table`: the alias of which the columns are, where the statement has one; `refers`: what it refers to, by its attribute;
        `near`: what it refers to by `<attribute>_id` that does not stand in the row: nothing, or something that the session is likely to
        have already."""
        self._kind = kind
        self._mapper = mapper = inspect(kind)
        self._names = tuple(attribute.key for attribute in mapper.column_attrs if not attribute.deferred)
        self._own = len(self._names)
        self._key = self._names.index(mapper.get_property_by_column(mapper.primary_key[0]).key)
        self._refers = refers
        self._near = [(name, f"{name}_id", inspect(other)) for name, other in (near or {}).items()]
        own = tuple(getattr(table or kind, name) for name in self._names)
        self.columns: tuple[Any, ...] = own + tuple(
            column for other in refers.values() for column in other.columns
        )

    def at(self, name: str) -> int:
        """Where in a row the column of that attribute stands."""
        return self._names.index(name)

    def all(self, session: Session, statement: Known, values: Mapping[str, Any]) -> list[E]:
        """Those of the rows, each of which begins with it, in their order."""
        session.flush()
        seen: dict[Any, Any] = {}
        return [self._take(session, row, seen) for row in statement.rows(session, values)]

    def first(self, session: Session, statement: Known, values: Mapping[str, Any]) -> E | None:
        """That of the first row, if there is one."""
        session.flush()
        row = statement.row(session, values)
        return None if row is None else self.of(session, row)

    def of(self, session: Session, row: Row) -> E:
        """That of a row which begins with it; whatever the session had changed of it has been flushed."""
        found: E = self._take(session, row, {})
        return found

    def _take(self, session: Session, row: Row, seen: dict[Any, Any], at: int = 0) -> Any:
        """None where an outer join has found none."""
        number = row[at + self._key]
        if number is None:
            return None
        key = (self._kind, number)
        if key not in seen:
            stands = dict(zip(self._names, row[at : at + self._own], strict=True))
            at += self._own
            for name, whole in self._refers.items():
                stands[name] = whole._take(session, row, seen, at)
                at += len(whole.columns)
            for name, by, near in self._near:
                other = stands[by] and _standing(session, near, stands[by])
                if other is not None or stands[by] is None:
                    stands[name] = other
            entity = seen[key] = _stood(session, self._mapper, number, stands)
            elsewhere = [name for name, *_ in self._near if name not in stands and name in entity.__dict__]
            if elsewhere:
                session.expire(entity, elsewhere)
        return seen[key]


def _stood(session: Session, mapper: Mapper[Any], number: Any, stands: dict[str, Any]) -> Any:
    entity = _standing(session, mapper, number)
    if entity is not None:
        for name, value in stands.items():
            set_committed_value(entity, name, value)
        return entity
    entity = mapper.class_manager.new_instance()
    state = instance_state(entity)
    state.dict.update(stands)
    # What `make_transient_to_detached` and `Session.add` come to where nothing is known of it yet and nothing else is added with it.
    state.key, state.session_id = mapper.identity_key_from_primary_key((number,)), session.hash_key
    session.identity_map.add(state)
    session.info.get(KEPT, set()).add(entity)
    return entity


def _standing(session: Session, mapper: Mapper[Any], number: Any) -> Any:
    """That of this number, if the session has it."""
    return session.identity_map.get(mapper.identity_key_from_primary_key((number,)))


def at_hand(session: Session, kind: type[E], number: object) -> E | None:
    """`Session.get`, and quicker where the session has it."""
    found: E | None = _standing(session, inspect(kind), number) or session.get(kind, number)
    return found
