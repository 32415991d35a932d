"""A committee of thirty thousand cells: the month of one cell, lived through by the real path, written again for each of the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, Table, select, text
from sqlalchemy.orm import Session

from bot.messages import Reply
from bot.store.db import Database, note_growth
from bot.tables import Base, Contact, Unit
from bot.talk.outbox import post_message
from tests.kit.plans import MONTHLY, plan_of, shipped
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.walking import to_the_end
from tests.kit.world import World

COMMITTEES, CELLS, STRIDE = 30, 30_000, 1_000
"""The rows of the pattern are numbered below STRIDE; those of its n-th copy from n times STRIDE on."""
SHARED = {"plans", "topics", "demands", "constants", "processes", "errands"}
"""Of these there is one for all."""
UNIQUE = {
    ("units", "code"),
    ("contacts", "place"),
    ("messages", "key"),
    ("events", "id"),
    ("invites", "code_hash"),
}
SHORT = {("messages", "body"): '{"text": "…"}', ("meetings", "steps"): "[]"}
"""What the copies have in the place of long values: it would only fill the disk."""
FEW = {
    "events": "id IN (SELECT id FROM events ORDER BY at DESC LIMIT 4)",
    "messages": "id IN (SELECT message_id FROM reminders) OR id > (SELECT max(id) - 2 FROM messages)",
}
"""Of what the pattern has most of, so much is copied."""
REPORTS = """
plan:
  symbol: 7-KH/ĐU
  date: 2022-03-25
  issuer: Đảng ủy mẫu
  title: Kế hoạch báo cáo
  starts: 2022-04-01
  ends: 2022-05-31
duties:
  - {key: bc, do: report, title: "Báo cáo tháng {period}", to: Đảng ủy, due: {every: month}, who: {kinds: [chi_bo]}}
  - {key: so-tay, do: confirm, title: "Cập nhật Sổ tay tháng {period}", due: {every: month}, who: {kinds: [chi_bo]}}
"""


def nation(world: World) -> Talker:
    """It is the morning of 11 April 2022: April's meeting has been held everywhere, the report is owed, and something waits for
    everybody's next morning. Answers the secretary of one cell."""
    world.units(("DUK", "Đảng ủy mẫu", "dang_uy", "", None))
    world.units(*((f"DB{n}", f"Đảng bộ số {n}", "dang_bo", "", "DUK") for n in range(COMMITTEES)))
    world.units(("CB", "Chi bộ mẫu", "chi_bo", "co_quan", "DB0"))
    world.load(shipped(MONTHLY))
    world.load(plan_of(REPORTS))
    secretary = world.registered("CB", "secretary", name="Đồng chí mẫu")
    tick_through(world, "2022-04-05 19:00", secretary)
    secretary.says("/hop").taps("Bắt đầu")
    to_the_end(secretary.says("Đã phổ biến xong nội dung")).taps("Kết thúc")
    tick_through(world, "2022-04-11 09:00", secretary)
    with world.db.write() as session:
        contact = session.scalars(select(Contact)).one()
        morning = world.at + timedelta(days=1)
        post_message(session, contact, Reply("Chào buổi sáng"), world.at, bulk=True, due_at=morning)
    multiply(world.db)
    return secretary


def multiply(db: Database) -> None:
    """Writes what belongs to the cell again and again, with numbers of its own."""
    with db.write() as session:
        if not db.sqlite:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        pattern = _Pattern.of(session, "TEXT" if db.sqlite else "JSONB")
        for table in Base.metadata.sorted_tables:
            if table.name not in SHARED:
                session.execute(text(pattern.copies(table).replace(":", r"\:")))
        for statement in () if db.sqlite else _numbers_go_on():
            session.execute(text(statement))
        note_growth(session)


@dataclass(frozen=True)
class _Pattern:
    """The cell whose rows are copied, and the committees that it stands below; `json`: the type of such columns."""

    cell: int
    root: int
    committee: int
    json: str

    @classmethod
    def of(cls, session: Session, json: str) -> "_Pattern":
        cell = session.scalars(select(Unit).where(Unit.code == "CB")).one()
        root, committee, _ = (int(part) for part in cell.path.strip("/").split("/"))
        return cls(cell.id, root, committee, json)

    def copies(self, table: Table) -> str:
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        values = ", ".join(self._value(table, column) for column in table.columns)
        return (
            f"WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {CELLS - 1}) "
            f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM ({self._rows(table)}) p CROSS JOIN n'
        )

    def _rows(self, table: Table) -> str:
        rows = f'SELECT * FROM "{table.name}"'
        if table.name == "units":
            return f"{rows} WHERE id = {self.cell}"
        if "unit_id" in table.columns and not table.columns["unit_id"].nullable:
            return f"{rows} WHERE unit_id = {self.cell}"
        return f"{rows} WHERE {FEW[table.name]}" if table.name in FEW else rows

    def _value(self, table: Table, column: Column[object]) -> str:
        name, committee = f'p."{column.name}"', f"{self.committee} + n.k % {COMMITTEES}"
        copied = f"{name} + n.k * {STRIDE}"
        if (table.name, column.name) in UNIQUE:
            return f"n.k || '-' || substr({name}, 1, 50)"
        if (table.name, column.name) in SHORT:
            return f"CAST('{SHORT[table.name, column.name]}' AS {self.json})"
        if column.name == "parent_id":
            return committee
        if column.name == "path":
            return f"'/{self.root}/' || ({committee}) || '/' || ({self.cell} + n.k * {STRIDE}) || '/'"
        owners = {key.column.table.name for key in column.foreign_keys}
        if owners == {"units"}:
            return f"CASE WHEN {name} = {self.cell} THEN {copied} ELSE {name} END"
        own = column.name == "id" and table.name != "events" if not owners else not owners & SHARED
        return copied if own else name


def _numbers_go_on() -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        if table.autoincrement_column is not None and table.autoincrement_column.name == "id":
            yield f"SELECT setval('{table.name}_id_seq', (SELECT coalesce(max(id), 1) FROM \"{table.name}\"))"
