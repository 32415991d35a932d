"""a "hằng năm" without a day is asked about: for the plans that are loaded the day of so far holds, the last of the year"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
PLANS = sa.table('plans', sa.column('id', sa.Integer), sa.column('content', JSON), sa.column('answers', JSON))


def upgrade() -> None:
    connection = op.get_bind()
    for plan in connection.execute(sa.select(PLANS)).all():
        days = {
            duty['key']: '12-31'
            for duty in plan.content.get('duties', [])
            if duty['due'].get('every') == 'year' and not duty['due'].get('within')
        }
        if days:
            answers = {**days, **plan.answers}
            connection.execute(sa.update(PLANS).where(PLANS.c.id == plan.id).values(answers=answers))
