"""how many were at the meetings held for a duty stands at the duty, where sums over many duties are read"""

from alembic import op
import sqlalchemy as sa

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

STANDING = ["demand_id", "due_on", "state", "on_time", "again_on", "opens_on", "hurry", "path", "unit_id"]
HEADS = ["present", "obliged"]
HELD = """
    FROM attendances JOIN meetings ON meetings.id = attendances.meeting_id
    JOIN meeting_duties ON meeting_duties.meeting_id = meetings.id
    WHERE meetings.state = 'held' AND meeting_duties.duty_id = duties.id
"""


def upgrade() -> None:
    op.drop_index("ix_duties_standing", table_name="duties")
    for name in HEADS:
        op.add_column("duties", sa.Column(name, sa.Integer(), nullable=True))
    op.execute(
        f"""
        UPDATE duties SET
            present = (SELECT sum(attendances.present) {HELD}),
            obliged = (SELECT sum(attendances.total - attendances.exempt - attendances.elsewhere) {HELD})
        WHERE id IN (SELECT duty_id FROM meeting_duties)
        """
    )
    op.create_index("ix_duties_standing", "duties", STANDING + HEADS)
