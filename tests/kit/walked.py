"""A meeting written in a test as the JSON that its row holds."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import sqlite

from bot.tables.base import Kept
from bot.tables.walked import MARKS, STEPS, WALK

COLUMNS: Mapping[str, Kept[Any]] = {"steps": STEPS, "marks": MARKS, "walk": WALK}


def as_loaded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a meeting with its steps, marks and walk as the values that such JSON is loaded as."""
    read = {
        name: column.result_processor(sqlite.dialect(), None)(json.dumps(facts[name]))
        for name, column in COLUMNS.items()
        if name in facts
    }
    return {**facts, **read}
