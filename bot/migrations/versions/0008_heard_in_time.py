"""who is to be told what was said before, weekends, what is due before a meeting set too near"""

from alembic import op
import sqlalchemy as sa

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("persons") as batch:
        batch.add_column(sa.Column("weekends", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("memberships") as batch:
        batch.add_column(sa.Column("catch_up_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index("ix_memberships_catch_up_at", ["catch_up_at"], unique=False)
    with op.batch_alter_table("duties") as batch:
        batch.add_column(sa.Column("hurry", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("duties") as batch:
        batch.drop_column("hurry")
    with op.batch_alter_table("memberships") as batch:
        batch.drop_index("ix_memberships_catch_up_at")
        batch.drop_column("catch_up_at")
    with op.batch_alter_table("persons") as batch:
        batch.drop_column("weekends")
