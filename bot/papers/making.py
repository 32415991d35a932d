"""A paper of a meeting: numbered, written as Word files, made into PDF where that can be done, and sent."""

import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bot.papers.collecting import collect_minutes_facts, kinds_for
from bot.papers.converting import NoConverter, NotConverted, find_converter, to_pdf
from bot.papers.numbering import number_for
from bot.problems import Rejected
from bot.tables import Meeting, Paper
from bot.talk.desk import Desk
from bot.talk.errands import finish_errand, problem_sentences, read_errand


def make_paper(desk: Desk, errand_id: int, at: datetime) -> None:
    """One paper, in the form in force on the day of its meeting and with what is known of it now."""
    from bot.papers.rendering import render_paper  # its libraries take memory that most days need not

    _, args, _ = read_errand(desk, errand_id)
    kind, as_pdf = args["kind"], args.get("form") == "pdf"
    with desk.db.write() as session:
        meeting = session.get_one(Meeting, args["meeting"])
        if kind not in kinds_for(meeting):
            number = None
        else:
            number = number_for(session, meeting, kind, at, desk.zone).number
            facts = collect_minutes_facts(session, meeting, desk.zone)
    if number is None:
        finish_errand(desk, errand_id, at, "papers/not_called_for", kind=kind)
        return
    if desk.shelf is None:
        raise OSError("no file store")
    name = desk.render.words["papers"][kind].format(
        number=f"{number:02}", day=f"{facts.dated(kind):%d-%m-%Y}"
    )
    missing = ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.docx"
        try:
            render_paper(kind, facts, desk.render.folder / "documents", path)
        except Rejected as rejected:
            finish_errand(
                desk, errand_id, at, "papers/broken", lines=problem_sentences(desk, rejected.problems)
            )
            return
        if as_pdf:
            try:
                path = to_pdf(path, Path(folder))
            except NoConverter:
                missing = "none"
            except NotConverted:
                missing = "failed"
        file = desk.shelf.keep(f"{name}{path.suffix}", path)
    with desk.db.write() as session:
        mine = select(Paper).where(Paper.meeting_id == args["meeting"], Paper.kind == kind)
        row = session.scalars(mine.order_by(Paper.id)).first()
        assert row is not None
        row.digest = file.digest
    finish_errand(
        desk,
        errand_id,
        at,
        "papers/made",
        files=(file,),
        meeting_id=args["meeting"],
        kind=kind,
        number=number,
        missing=missing,
        offer_pdf=not as_pdf and find_converter() is not None,
    )
