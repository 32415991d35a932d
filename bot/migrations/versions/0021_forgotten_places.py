"""that a contact's place is forgotten stands in a column"""

from alembic import op
import sqlalchemy as sa

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CONTACTS = sa.table(
    'contacts',
    *(sa.column(name, sa.Integer) for name in ('id', 'person_id')),
    sa.column('place', sa.String),
    sa.column('forgotten_at', MOMENT),
)
PERSONS = sa.table('persons', sa.column('id', sa.Integer), sa.column('anonymised_at', MOMENT))


def upgrade() -> None:
    with op.batch_alter_table('contacts') as batch:
        batch.add_column(sa.Column('forgotten_at', MOMENT, nullable=True))
    asked = sa.select(PERSONS.c.anonymised_at).where(PERSONS.c.id == CONTACTS.c.person_id).scalar_subquery()
    gone = CONTACTS.c.place == sa.literal('-') + sa.cast(CONTACTS.c.id, sa.String)
    op.execute(sa.update(CONTACTS).where(gone).values(forgotten_at=asked))
