"""The programme of a meeting: the agendas of all that it answers, one behind the other, as the steps that are walked."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.calendar import day_of_document
from bot.meetings.joining import may_join
from bot.meetings.questions import question_of
from bot.plans.agenda import Agenda, AgendaStep, fill_step_texts, unfold_agenda
from bot.reading.readings import documents_to_read
from bot.tables import Duty, Topic

OPENING = ("opening", "clerk", "attendance", "programme")
"""The steps by which a session is opened: once, however many parts it has."""
SAME = ("theme", "month")
"""Parts that are one and the same session, not two parts of it."""
PART = 70


def meeting_programme(
    unit: str, duties: Sequence[Duty], topic: Topic | None, day: date, default: Agenda
) -> list[AgendaStep]:
    """The steps of a meeting on `day`, those done after it included; `duties` are its parts in their order.

    `topic` serves where no duty is left; `default` without a topic, and where a topic's own agenda comes to no step that is
    walked. The later parts come without opening steps. One that is the same session as a part before it (one theme, or the
    same monthly meeting) adds only the steps and documents that are not there yet, each before the step that follows it in
    its own agenda; else the part stands whole behind the others. With several parts each step's phase names its part.
    """
    if not duties:
        return _steps(unit, topic, topic.documents if topic else [], default)
    whole: list[AgendaStep] = []
    for number, duty in enumerate(duties):
        steps = _steps(unit, duty.topic, duty.documents, default)
        if len(duties) > 1:
            steps = [_of_part(step, duty.title) for step in steps]
        if number == 0:
            whole = steps
        elif any(may_join(duty, before, day) in SAME for before in duties[:number]):
            whole = _laced(whole, steps)
        else:
            whole += [step for step in steps if not _opens(step)]
    return whole


def _steps(
    unit: str, topic: Topic | None, documents: Sequence[Mapping[str, Any]], default: Agenda
) -> list[AgendaStep]:
    agenda = Agenda.model_validate_json(json.dumps(topic.agenda)) if topic and topic.agenda else default
    cited = [document_citation(d) for d in documents_to_read(documents)]
    if all(step.after for step in unfold_agenda(agenda, cited)):
        agenda = default
    names = {"topic": topic.title if topic else "", "unit": unit}
    return [
        step.model_copy(
            update={
                "title": fill_step_texts(step.title, names),
                "words": step.words and fill_step_texts(step.words, names),
            }
        )
        for step in unfold_agenda(agenda, cited)
    ]


def _opens(step: AgendaStep) -> bool:
    return step.key in OPENING or question_of(step.asks).opens


def _of_part(step: AgendaStep, title: str) -> AgendaStep:
    if _opens(step):
        return step
    part = textwrap.shorten(title, PART, placeholder="…")
    return step.model_copy(update={"phase": f"{part} · {step.phase}" if step.phase else part})


def _laced(whole: Sequence[AgendaStep], steps: Sequence[AgendaStep]) -> list[AgendaStep]:
    """`whole` with what is new of `steps` put where it belongs."""
    laced = list(whole)
    fresh: list[AgendaStep] = []
    for step in steps:
        place = _place(laced, step)
        if place is None and not _opens(step):
            fresh.append(step)
        elif place is not None:
            laced[place:place] = fresh
            fresh = []
    return laced + fresh


def _place(whole: Sequence[AgendaStep], step: AgendaStep) -> int | None:
    """Where the same step stands. A document, or what is done after the meeting, is the same by its words, not by its key."""
    by_words = step.after or ":" in step.key
    for place, other in enumerate(whole):
        if other.title == step.title if by_words else other.key == step.key:
            return place
    return None


def document_citation(document: Mapping[str, Any]) -> str:
    """How a document is named in a step: type, symbol and date, or its title when it has no symbol."""
    if not document.get("symbol"):
        return f"{document['type']} {document.get('title', '')}".strip()
    shown = f" ({day_of_document(document['date'])})" if document.get("date") else ""
    return f"{document['type']} {document['symbol']}{shown}"
