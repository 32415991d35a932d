"""the files that a committee ties to a topic are materials, as everywhere else"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
TABLES = {'topic_files': 'materials', 'topic_receipts': 'material_receipts'}
CONSTRAINTS = (
    ('materials', 'pk_topic_files', 'pk_materials'),
    ('materials', 'fk_topic_files_person_id_persons', 'fk_materials_person_id_persons'),
    ('materials', 'fk_topic_files_plan_id_plans', 'fk_materials_plan_id_plans'),
    ('material_receipts', 'pk_topic_receipts', 'pk_material_receipts'),
    ('material_receipts', 'fk_topic_receipts_person_id_persons', 'fk_material_receipts_person_id_persons'),
    ('material_receipts', 'fk_topic_receipts_plan_id_plans', 'fk_material_receipts_plan_id_plans'),
    ('material_receipts', 'fk_topic_receipts_unit_id_units', 'fk_material_receipts_unit_id_units'),
)
AUDIT = {'papers tied': 'materials tied', 'papers received': 'materials received', 'paper taken back': 'material taken back'}

dialogs = sa.table(
    'dialogs', sa.column('person_id', sa.Integer), sa.column('flow', sa.String), sa.column('step', sa.String), sa.column('trail', JSON)
)
messages = sa.table('messages', sa.column('id', sa.Integer), sa.column('body', JSON))
audit = sa.table('audit', sa.column('action', sa.String))


def upgrade() -> None:
    for old, new in TABLES.items():
        op.rename_table(old, new)
    op.drop_index('ix_topic_files_topic', 'materials')
    op.create_index('ix_materials_topic', 'materials', ['plan_id', 'key'])
    op.drop_index('ix_topic_files_digest', 'materials')
    op.create_index('ix_materials_digest', 'materials', ['digest'])
    if op.get_bind().dialect.name == 'postgresql':
        for table, old, new in CONSTRAINTS:
            op.execute(f'ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}')
        op.execute('ALTER SEQUENCE topic_files_id_seq RENAME TO materials_id_seq')
    _rename_in_dialogs(op.get_bind())
    _rename_in_messages(op.get_bind())
    for old, new in AUDIT.items():
        op.execute(audit.update().where(audit.c.action == old).values(action=new))


def _rename_in_dialogs(connection: sa.Connection) -> None:
    """Open dialogs about materials, and about which documents suit a unit, go on where they stand."""
    connection.execute(dialogs.update().where(dialogs.c.flow == 'papers').values(flow='materials'))
    for row in connection.execute(dialogs.select().where(dialogs.c.flow == 'choice')).all():
        trail = ['documents' if step == 'papers' else step for step in row.trail]
        step = 'documents' if row.step == 'papers' else row.step
        connection.execute(
            dialogs.update().where(dialogs.c.person_id == row.person_id).values(step=step, trail=trail)
        )


def _rename_in_messages(connection: sa.Connection) -> None:
    bearing = messages.select().where(sa.cast(messages.c.body, sa.Text).like('%"papers"%'))
    for row in connection.execute(bearing).all():
        body = {'materials' if key == 'papers' else key: value for key, value in row.body.items()}
        connection.execute(messages.update().where(messages.c.id == row.id).values(body=body))
