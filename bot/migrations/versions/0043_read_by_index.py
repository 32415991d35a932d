"""what is looked for every minute, and by night, is found by an index"""

from alembic import op
import sqlalchemy as sa

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

ANEW = {
    "ix_messages_waiting": ("messages", ["channel", "priority", "due_at", "id"], "state = 'waiting'"),
    "ix_messages_written": ("messages", ["priority", "created_at", "id"], None),
    "ix_events_at": ("events", ["at"], "seq IS NULL"),
    "ix_events_spoken": ("events", ["at"], "seq IS NOT NULL"),
    "ix_pushes_message_id": ("pushes", ["message_id"], None),
    "ix_reminders_at": ("reminders", ["at"], None),
    "ix_contacts_opened": ("contacts", ["opened_at"], "opened_at IS NOT NULL AND lost_at IS NULL"),
    "ix_persons_anonymised": ("persons", ["anonymised_at"], "anonymised_at IS NOT NULL"),
    "ix_invites_expires_at": ("invites", ["expires_at"], None),
    "ix_duties_next_reminder": ("duties", ["state", "next_reminder_at"], "next_reminder_at IS NOT NULL"),
    "ix_notes_digest": ("notes", ["digest"], "digest != ''"),
    "ix_asides_digest": ("asides", ["digest"], "digest != ''"),
    "ix_papers_digest": ("papers", ["digest"], "digest != ''"),
}
GONE = {
    "ix_messages_waiting": "messages",
    "ix_messages_unasked": "messages",
    "ix_events_at": "events",
    "ix_duties_next_reminder_at": "duties",
}


def upgrade() -> None:
    for name, table in GONE.items():
        op.drop_index(name, table_name=table)
    for name, (table, columns, where) in ANEW.items():
        only = sa.text(where) if where else None
        op.create_index(name, table, columns, postgresql_where=only, sqlite_where=only)
