"""What was called something else in an earlier release: rows, open dialogs and buttons sent then go on working."""

from pathlib import Path

from bot.store.db import connect_database
from bot.store.schema import migrate_schema
from bot.tables import Audit, Dialog, Material, MaterialReceipt, Message
from handlers import ACTIONS, FLOWS, FORMER

OLD = """
INSERT INTO units (id, code, name, kind, sector, path) VALUES (1, 'DU', 'Đảng ủy', 'dang_uy', '', '/1/')
INSERT INTO persons (id, name, created_at, consent_version, reminder_hour) VALUES (1, '', '2022-01-01', 1, 8)
INSERT INTO persons (id, name, created_at, consent_version, reminder_hour) VALUES (2, '', '2022-01-01', 1, 8)
INSERT INTO contacts (id, person_id, channel, place, used_at, lost_reason, seq, wrong_codes) VALUES (1, 1, 'telegram', '1', '2022-01-01', '', 0, 0)
INSERT INTO plans (id, mark, symbol, issuer, title, unit_id, content, answers, loaded_at) VALUES (1, 'm', '1-KH', 'x', 'x', 1, '{}', '{}', '2022-01-01')
INSERT INTO topic_files (plan_id, key, path, digest, name, size, media_type, person_id, at, period) VALUES (1, 't4', '/1/', 'a', 'bai.pdf', 1, 'x', 1, '2022-01-31 16:30:00', '')
INSERT INTO topic_receipts (plan_id, key, unit_id, person_id, at, period) VALUES (1, 't4', 1, 1, '2022-02-02 00:00:00', '')
INSERT INTO dialogs (person_id, flow, step, data, trail, question) VALUES (1, 'papers', 'turn', '{"files": []}', '["topic"]', 7)
INSERT INTO dialogs (person_id, flow, step, data, trail, question) VALUES (2, 'choice', 'papers', '{"page": 0}', '["card", "papers"]', 3)
INSERT INTO messages (person_id, contact_id, channel, state, attempts, error, body, priority, created_at, due_at) VALUES (1, 1, 'telegram', 'waiting', 0, '', '{"text": "papers", "papers": ["a"]}', 5, '2022-01-01', '2022-01-01')
INSERT INTO audit (person_id, action, subject, at) VALUES (1, 'papers tied', 'topic:1', '2022-01-01')
"""


def test_rows_and_open_dialogs_of_an_earlier_release_go_on(tmp_path: Path) -> None:
    db = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(db, "0010")
    with db.engine.begin() as connection:
        for line in OLD.strip().split("\n"):
            connection.exec_driver_sql(line)
    migrate_schema(db)
    with db.read() as session:
        assert session.query(Material).one().name == "bai.pdf"
        assert session.query(MaterialReceipt).one().unit_id == 1
        sending, choosing = session.query(Dialog).order_by(Dialog.person_id)
        assert (sending.flow, sending.step, sending.trail) == ("materials", "turn", ["topic"])
        assert (choosing.flow, choosing.step, choosing.trail) == (
            "choice",
            "documents",
            ["card", "documents"],
        )
        for dialog in (sending, choosing):
            assert dialog.step in FLOWS[dialog.flow].steps
        assert session.query(Message).one().body == {"text": "papers", "materials": ["a"]}
        assert session.query(Audit).one().action == "materials tied"
    db.close()


def test_every_button_of_an_earlier_release_leads_somewhere() -> None:
    answers = {name for name in FORMER if "=" in name}
    assert {FORMER[name] for name in FORMER.keys() - answers} <= ACTIONS.keys()
    assert not FORMER.keys() & ACTIONS.keys()
    for name in answers:
        flow, step = name.split("=")[0].split(".")
        assert step in FLOWS[flow].steps
