"""Many numbers or rows handed to a statement as one value: with a parameter for each, to take the statement apart costs more than what it
does."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Dialect,
    Insert,
    Integer,
    Text,
    TypeDecorator,
    bindparam,
    insert,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _Numbers(TypeDecorator[Collection[int]]):
    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """On PostgreSQL an array when it arrives: text would be read anew for each row that it is compared with."""
        return Text() if dialect.name == "sqlite" else ARRAY(Integer)

    def bind_processor(self, dialect: Dialect) -> Callable[[Collection[int] | None], str]:
        begins, ends = "[]" if dialect.name == "sqlite" else "{}"
        return lambda numbers: begins + ",".join(map(str, numbers or ())) + ends


class _Groups(TypeDecorator[Collection[tuple[Sequence[Any], Sequence[Sequence[Any]]]]]):
    """Groups of rows as one JSON, each value as its type writes it: what the rows of a group share, then each one's own."""

    impl = Text
    cache_ok = True

    def __init__(self, shared: Sequence[TypeEngine[Any]], own: Sequence[TypeEngine[Any]]) -> None:
        super().__init__()
        self.shared, self.own = tuple(shared), tuple(own)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        groups = [
            [*next(_written([shared], self.shared, dialect)), list(_written(rows, self.own, dialect))]
            for shared, rows in value or ()
        ]
        return json.dumps(groups, ensure_ascii=False, default=str)


def _written(
    rows: Sequence[Sequence[Any]], kinds: Sequence[TypeEngine[Any]], dialect: Dialect
) -> Iterator[tuple[Any, ...]]:
    turns = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds]
    columns = [
        map(turn, column) if turn else column
        for turn, column in zip(turns, zip(*rows, strict=True), strict=True)
    ]
    return zip(*columns, strict=True)


class among(FunctionElement[bool]):  # noqa: N801 - said as SQLAlchemy's own functions are
    """That the column is one of the numbers of the parameter of this name, which are handed as one value."""

    name = "among"  # of no type: SQLite would be asked for "… = 1", for which it takes no index
    inherit_cache = True

    def __init__(self, column: Any, numbers: str) -> None:
        super().__init__(column, bindparam(numbers, type_=_Numbers()))


@compiles(among, "sqlite")
def _among_of_json(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, numbers = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - names and marks alone


@compiles(among, "postgresql")
def _among_of_unnested(element: among, compiler: SQLCompiler, **how: Any) -> str:
    column, numbers = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} IN (SELECT unnest({numbers}))"


class _lines(FunctionElement[Any]):  # noqa: N801
    """A table of one column, `value`: the rows of a JSON."""

    name = "lines"
    inherit_cache = True


@compiles(_lines, "sqlite")
def _lines_of_text(element: _lines, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each({compiler.process(element.clause_expr, **how)})"


@compiles(_lines, "postgresql")
def _lines_of_jsonb(element: _lines, compiler: SQLCompiler, **how: Any) -> str:
    return f"jsonb_array_elements(CAST({compiler.process(element.clause_expr, **how)} AS JSONB))"


class _place(FunctionElement[Any]):  # noqa: N801
    """What stands in a line at a place, as a value of its type."""

    name = "place"
    inherit_cache = True

    def __init__(self, line: ColumnElement[Any], number: int, kind: TypeEngine[Any]) -> None:
        super().__init__(line, literal_column(str(number), kind))
        self.type = kind


@compiles(_place, "sqlite")
def _place_of_text(element: _place, compiler: SQLCompiler, **how: Any) -> str:
    line, number = (compiler.process(part, **how) for part in element.clauses)
    return f"json_extract({line}, '$[{number}]')"


@compiles(_place, "postgresql")
def _place_of_jsonb(element: _place, compiler: SQLCompiler, **how: Any) -> str:
    line, number = (compiler.process(part, **how) for part in element.clauses)
    kind = compiler.dialect.type_compiler_instance.process(element.type)
    return f"CAST({line} ->> {number} AS {kind})"


class _filled(FunctionElement[Any]):  # noqa: N801
    """A JSON as text in which `place` stands for a number."""

    name = "filled"
    inherit_cache = True

    def __init__(self, pattern: ColumnElement[Any], place: str, number: ColumnElement[Any]) -> None:
        super().__init__(pattern, literal(place, Text()), number)


@compiles(_filled, "sqlite")
def _filled_text(element: _filled, compiler: SQLCompiler, **how: Any) -> str:
    return f"replace({compiler.process(element.clause_expr.element, **how)})"


@compiles(_filled, "postgresql")
def _filled_jsonb(element: _filled, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST({_filled_text(element, compiler, **how)} AS JSONB)"


def insert_given(
    kind: type[DeclarativeBase], shared: Sequence[str], own: Sequence[str], **places: str
) -> Insert:
    """An INSERT of the rows of the parameter `groups`: of each group the values that its rows share, in the order of those columns, and
    the rows, each with its own values in theirs; moments and states among them. What is not named takes its default.

    `places`: of shared columns that are given as JSON in text, the text in it for which a number stands, which follows a row's own.
    """
    table: Any = kind.__table__  # past the session, which would look at each row
    text, number = Text(), Integer()
    heads = [text if name in places else table.c[name].type for name in shared]
    kinds = [table.c[name].type for name in own] + [number] * len(places)
    each = (
        _lines(bindparam("groups", type_=_Groups(heads, kinds)))
        .table_valued("value", name="each_group")
        .c.value
    )
    named = [
        _place(each, at, head).label(name) for at, (name, head) in enumerate(zip(shared, heads, strict=True))
    ]
    # Once a group: SQLite would look through its whole text for every value of every row.
    groups = (
        select(*named, _place(each, len(shared), text).label("own")).cte("given").prefix_with("MATERIALIZED")
    )
    rows = _lines(groups.c.own).table_valued("value", name="own")
    values: list[ColumnElement[Any]] = [groups.c[name] for name in shared]
    for name, place in places.items():
        values[shared.index(name)] = _filled(groups.c[name], place, _place(rows.c.value, len(own), text))
    values += [_place(rows.c.value, at, table.c[name].type) for at, name in enumerate(own)]
    found = select(*values).select_from(groups.join(rows, true()))
    return insert(table).from_select([*shared, *own], found)
