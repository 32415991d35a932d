"""the duties of a demand are found without their rows, on PostgreSQL too"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_duties_demand_state", ["demand_id", "state", "opens_on", "path"]


def upgrade() -> None:
    _anew(["id"])


def downgrade() -> None:
    _anew([])


def _anew(include: list[str]) -> None:
    """SQLite has the number of the row in every index."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(NAME, table_name="duties")
        op.create_index(NAME, "duties", COLUMNS, postgresql_include=include)
