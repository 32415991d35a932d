"""A paper of a meeting: numbered, written as Word files, made into PDF where that can be done, and sent."""

import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.duties.reports_on import reports_about
from bot.papers.collecting import collect_minutes_facts, kinds_for
from bot.papers.converting import find_converter, in_form
from bot.papers.facts import MinutesFacts
from bot.papers.numbering import number_for
from bot.problems import Rejected
from bot.tables import Meeting, Paper, PaperKind
from bot.tables.asked import OrderedPaper
from bot.talk.desk import Desk
from bot.talk.errands import file_shelf, finish_errand, problem_sentences, read_errand


def make_paper(desk: Desk, errand_id: int, at: datetime) -> None:
    """One paper, in the form in force on the day of its meeting and with what is known of it now."""
    _, ordered, _ = read_errand(desk, errand_id, OrderedPaper)
    kind, as_pdf = PaperKind(ordered.kind), ordered.form == "pdf"
    tell = partial(finish_errand, desk, errand_id, at)
    with desk.db.write() as session:
        meeting = session.get_one(Meeting, ordered.meeting)
        called_for = kind in kinds_for(meeting)
        if called_for:
            number = number_for(session, meeting, kind, desk.moment(at)).number
            facts = collect_minutes_facts(session, meeting, desk.zone)
    if not called_for:
        tell("papers/not_called_for", kind=kind)
        return
    name = desk.render.words["papers"][kind].format(
        number=f"{number:02}", day=f"{facts.dated(kind):%d-%m-%Y}"
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            path, missing = _written(desk, kind, facts, Path(folder), as_pdf=as_pdf)
        except Rejected as rejected:
            tell("papers/broken", lines=problem_sentences(desk, rejected.problems))
            return
        file = file_shelf(desk).keep(f"{name}{path.suffix}", path)
    with desk.db.write() as session:
        mine = select(Paper).where(Paper.meeting_id == ordered.meeting, Paper.kind == kind)
        paper = session.scalars(mine.order_by(Paper.id).limit(1)).one()
        paper.digest, paper.name, paper.size, paper.media_type = (
            file.digest,
            file.name,
            file.size,
            file.media_type,
        )
        owed = (
            reports_about(session, session.get_one(Meeting, ordered.meeting))
            if kind == PaperKind.REPORT
            else []
        )
        wanted = [(duty.id, duty.title) for duty in owed]
    said: dict[str, Any] = {"meeting_id": ordered.meeting, "kind": kind, "number": number, "missing": missing}
    said["wanted"] = wanted
    tell("papers/made", files=(file,), offer_pdf=not as_pdf and find_converter() is not None, **said)


def _written(desk: Desk, kind: str, facts: MinutesFacts, folder: Path, *, as_pdf: bool) -> tuple[Path, str]:
    """The paper in `folder`, and why it is no PDF although one was asked for. Raises Rejected where the form is broken."""
    from bot.papers.rendering import render_paper  # its libraries take memory that most days need not

    path = folder / "paper.docx"
    render_paper(kind, facts, desk.render.folder / "documents", path)
    return in_form(path, folder, "pdf" if as_pdf else "docx")
