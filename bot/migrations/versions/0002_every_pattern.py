"""plans without a number, chains, choices from the pool, files of a topic, units that end"""

import hashlib

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
PATH = sa.String(length=200).with_variant(sa.String(length=200, collation='C'), 'postgresql')


def upgrade() -> None:
    with op.batch_alter_table('units') as batch:
        batch.add_column(sa.Column('meeting_shift', sa.String(length=10), nullable=False, server_default='after'))
        batch.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f('fk_units_merged_into_id_units'), 'units', ['merged_into_id'], ['id'])
    with op.batch_alter_table('memberships') as batch:
        batch.add_column(sa.Column('rank', sa.Integer(), nullable=False, server_default='0'))
    _plans()
    with op.batch_alter_table('topics') as batch:
        batch.add_column(sa.Column('pool', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('choose', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('theme', sa.String(length=64), nullable=False, server_default=''))
        batch.add_column(sa.Column('follows', sa.String(length=64), nullable=False, server_default=''))
        batch.add_column(sa.Column('guests', JSON, nullable=False, server_default='[]'))
    with op.batch_alter_table('demands') as batch:
        batch.alter_column('key', existing_type=sa.String(length=80), type_=sa.String(length=160))
    with op.batch_alter_table('duties') as batch:
        batch.alter_column('key', existing_type=sa.String(length=80), type_=sa.String(length=240))
        batch.add_column(sa.Column('about_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('waits', sa.String(length=160), nullable=False, server_default=''))
        batch.add_column(sa.Column('chosen_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('added', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column('picks', JSON, nullable=False, server_default='[]'))
        batch.create_foreign_key(op.f('fk_duties_about_id_units'), 'units', ['about_id'], ['id'])
        batch.create_foreign_key(op.f('fk_duties_chosen_id_topics'), 'topics', ['chosen_id'], ['id'])
        batch.create_index(op.f('ix_duties_about_id'), ['about_id'])
    with op.batch_alter_table('meetings') as batch:
        batch.add_column(sa.Column('rules', sa.String(length=60), nullable=False, server_default=''))
    op.create_table('topic_files',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('path', PATH, nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_topic_files_person_id_persons')),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_topic_files_plan_id_plans')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topic_files'))
    )
    with op.batch_alter_table('topic_files') as batch:
        batch.create_index('ix_topic_files_topic', ['plan_id', 'key'])
        batch.create_index(op.f('ix_topic_files_digest'), ['digest'])
    op.create_table('topic_receipts',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_topic_receipts_person_id_persons')),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_topic_receipts_plan_id_plans')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_topic_receipts_unit_id_units')),
    sa.PrimaryKeyConstraint('plan_id', 'key', 'unit_id', name=op.f('pk_topic_receipts'))
    )
    op.create_table('errands',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('args', JSON, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_errands_person_id_persons')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_errands_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_errands'))
    )
    with op.batch_alter_table('errands') as batch:
        batch.create_index('ix_errands_state', ['state'])


def _plans() -> None:
    """A plan without a number is known by its title too: one mark stands for whatever it is known by."""
    with op.batch_alter_table('plans') as batch:
        batch.add_column(sa.Column('mark', sa.String(length=64), nullable=False, server_default=''))
        batch.add_column(sa.Column('answers', JSON, nullable=False, server_default='{}'))
        batch.alter_column('issued_on', existing_type=sa.Date(), nullable=True)
        batch.drop_constraint('uq_plans_symbol_issued_on_issuer_unit_id', type_='unique')
    plans = sa.table('plans', sa.column('id'), sa.column('mark'), sa.column('symbol'), sa.column('issued_on', sa.Date()), sa.column('issuer'))
    connection = op.get_bind()
    for row in connection.execute(sa.select(plans)).all():
        text = '\n'.join([row.symbol, row.issued_on.isoformat(), row.issuer, ''])
        mark = hashlib.sha256(text.encode()).hexdigest()
        connection.execute(plans.update().where(plans.c.id == row.id).values(mark=mark))
    with op.batch_alter_table('plans') as batch:
        batch.create_unique_constraint('uq_plans_unit_id_mark', ['unit_id', 'mark'])
