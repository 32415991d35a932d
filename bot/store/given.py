"""Many numbers or rows handed to a statement as one value: with a parameter for each, to take the statement apart costs more than what it
does."""

import json
from collections.abc import Callable, Collection, Sequence
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
    literal_column,
    select,
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


class _Rows(TypeDecorator[Collection[Sequence[Any]]]):
    """Rows as one JSON, each value as its type writes it."""

    impl = Text
    cache_ok = True

    def __init__(self, *kinds: TypeEngine[Any]) -> None:
        super().__init__()
        self.kinds = kinds

    def process_bind_param(self, value: Collection[Sequence[Any]] | None, dialect: Dialect) -> str:
        turns = [kind.dialect_impl(dialect).bind_processor(dialect) for kind in self.kinds]
        columns = [
            map(turn, column) if turn else column
            for turn, column in zip(turns, zip(*value or (), strict=True), strict=False)
        ]
        return json.dumps(list(zip(*columns, strict=True)), ensure_ascii=False, default=str)


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


def insert_given(kind: type[DeclarativeBase], *columns: str, **kinds: TypeEngine[Any]) -> Insert:
    """An INSERT of the rows of the parameter `rows`, each the values of these columns in their order, moments and states among them.
    What is not named takes its default. `kinds`: of columns whose values come otherwise than their type says."""
    table: Any = kind.__table__  # past the session, which would look at each row
    types = [kinds.get(name, table.c[name].type) for name in columns]
    lines = _lines(bindparam("rows", type_=_Rows(*types))).table_valued("value", name="given")
    places = [_place(lines.c.value, number, kind) for number, kind in enumerate(types)]
    return insert(table).from_select(columns, select(*places))
