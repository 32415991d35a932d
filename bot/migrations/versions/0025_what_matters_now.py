"""what is open, what was due lately and what waits for a grade is found without going through all years."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_duties_due_on", "duties")
    op.create_index("ix_duties_due_on", "duties", ["due_on", "path", "demand_id"])
    op.drop_index("ix_duties_demand_id", "duties")
    op.create_index("ix_duties_demand_id", "duties", ["demand_id", "path"])
    op.create_index("ix_duties_state_path", "duties", ["state", "path", "demand_id"])
    op.create_index("ix_scores_decided_grade", "scores", ["decided_grade"])


def downgrade() -> None:
    op.drop_index("ix_scores_decided_grade", "scores")
    op.drop_index("ix_duties_state_path", "duties")
    op.drop_index("ix_duties_due_on", "duties")
    op.create_index("ix_duties_due_on", "duties", ["due_on"])
    op.drop_index("ix_duties_demand_id", "duties")
    op.create_index("ix_duties_demand_id", "duties", ["demand_id"])
