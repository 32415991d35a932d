"""how duties stand is counted over one index, whatever the period"""

from alembic import op
import sqlalchemy as sa

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

STANDING = ["demand_id", "due_on", "state", "on_time", "again_on", "opens_on", "hurry", "path", "unit_id"]
ANEW = {
    "ix_duties_standing": ("duties", STANDING, None),
    "ix_duties_demand_state": ("duties", ["demand_id", "state", "opens_on", "path"], None),
    "ix_duties_done": ("duties", ["done_at", "demand_id", "path", "due_on", "state"], "done_at IS NOT NULL"),
    "ix_meeting_duties_duty": ("meeting_duties", ["duty_id", "meeting_id"], None),
    "ix_units_above_cells": ("units", ["path"], "kind != 'chi_bo'"),
    "ix_contacts_lost": ("contacts", ["person_id"], "lost_at IS NOT NULL"),
}
GONE = {
    "ix_duties_due_on": "duties",
    "ix_duties_demand_id": "duties",
    "ix_meeting_duties_duty_id": "meeting_duties",
}


def upgrade() -> None:
    for name, table in GONE.items():
        op.drop_index(name, table_name=table)
    for name, (table, columns, where) in ANEW.items():
        only = sa.text(where) if where else None
        op.create_index(name, table, columns, postgresql_where=only, sqlite_where=only)
