"""The base of all tables and the column types they share."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum, StrEnum
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    MetaData,
    String,
    Text,
    TypeDecorator,
    cast,
    type_coerce,
)
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

Value = TypeVar("Value")

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, in UTC in the database and in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, _kind: object) -> Callable[[Any], datetime | None]:
        """At once from what the driver answers: every row has several."""
        return _moment_of_text if dialect.name == "sqlite" else _moment_in_utc


def _moment_of_text(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said).replace(tzinfo=UTC)


def _moment_in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")


class Kept(TypeDecorator[Value], Generic[Value]):
    """A value in a column of JSON; what has its default is not written.

    It is read from the text of the column at once. With `same`, for a value nothing of which can be changed, rows that say the same
    have the same.
    """

    impl = Json
    cache_ok = True

    def __init__(self, shape: Any, *, same: bool = False) -> None:
        super().__init__()
        self.shape = shape
        self.same = same

    @cached_property  # not before it is wanted: of all that is declared a day needs a few
    def _adapter(self) -> TypeAdapter[Value]:
        return TypeAdapter(self.shape)

    def process_bind_param(self, value: Value | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return self._adapter.dump_python(value, mode="json", by_alias=True, exclude_defaults=True)

    def column_expression(self, column: ColumnElement[Value]) -> ColumnElement[Any]:
        return type_coerce(cast(column, Text), self)

    def result_processor(self, dialect: Dialect, _kind: object) -> Callable[[str], Value]:
        return self._read

    @cached_property
    def _read(self) -> Callable[[str], Value]:
        return lru_cache(256)(self._value_of) if self.same else self._value_of

    def _value_of(self, said: str) -> Value:
        try:
            return self._adapter.validate_json(said)
        except ValidationError:  # perhaps only for half of a surrogate pair, which Python takes
            return self._adapter.validate_python(json.loads(said))


# A path such as "/1/5/" compared byte by byte, so that a subtree is a range of an ordinary index.
Path = String(200).with_variant(String(200, collation="C"), "postgresql")


def stored_enum(states: type[Enum], length: int = 20) -> EnumColumn:
    """The member's value as text; a value that no member has is a LookupError that names it, when read and when written."""
    return EnumColumn(
        states,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: UtcDateTime,
        dict[str, Any]: Json,
        list[Any]: Json,
        StrEnum: stored_enum(StrEnum),
    }
