"""outlines go along with the topic that a plan names: what a report is for, with which report a file came, who took it back"""

from alembic import op
import sqlalchemy as sa

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('demands') as table:
        table.add_column(sa.Column('material_for', sa.String(64), nullable=False, server_default=''))
        table.add_column(sa.Column('material_variant', sa.String(64), nullable=False, server_default=''))
    with op.batch_alter_table('materials') as table:
        table.add_column(sa.Column('variant', sa.String(64), nullable=False, server_default=''))
        table.add_column(sa.Column('submission_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('withdrawn_by', sa.Integer(), nullable=True))
        table.create_foreign_key('fk_materials_submission_id_submissions', 'submissions', ['submission_id'], ['id'])
        table.create_foreign_key('fk_materials_withdrawn_by_persons', 'persons', ['withdrawn_by'], ['id'])
        table.create_index('ix_materials_submission_id', ['submission_id'])
    # What was taken back before was taken back by hand.
    op.execute("UPDATE materials SET withdrawn_by = person_id WHERE withdrawn_at IS NOT NULL")
