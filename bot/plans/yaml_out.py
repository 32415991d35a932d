"""Writes a plan as YAML that a person can read and change, and that `read_plan` reads back as the same plan."""

from collections.abc import Mapping
from datetime import date

from bot.periods import period_named
from bot.plans.agenda import Agenda, Strict
from bot.plans.fields import Who, Window
from bot.plans.ladders import LADDERS
from bot.plans.plan import DutyText, PlanText, TopicText
from bot.plans.yaml_layout import Written, yaml_section

ORDER: dict[type[Strict], str] = {
    TopicText: "key title meeting period asks_last every gaps who theme follows choose guests agenda ladder variants documents",
    DutyText: "key do title for_each who of to via due waits reports_on opens ladder without_files material_for material_variant asks",
}
"""The order in which a file has them, where it is not that of the model."""
ALWAYS = {"merging"}
"""Written even where it says what would hold anyway: every plan takes a stand on it."""


def plan_to_yaml(plan: PlanText, shipped: Mapping[str, Agenda]) -> str:
    """The plan in the format of docs/plans.md; `shipped` are the agendas that `read_plan` will find, by name.

    Left out is what would be read without being written: defaults, shipped agendas and default ladders that are used.
    Comments of the file that the plan was read from are not in the plan, so they are lost.
    """
    agendas = {topic.agenda for topic in plan.topics}
    ladders = {topic.ladder for topic in plan.topics} | {duty.ladder for duty in plan.duties}
    sections: dict[str, Written] = {
        "plan": _mapping(plan.head),
        "decide": [_mapping(one) for one in plan.decide],
        "topics": [_mapping(one) for one in plan.topics],
        "duties": [_mapping(one) for one in plan.duties],
        "ladders": {
            name: [_mapping(line) for line in lines]
            for name, lines in plan.ladders.items()
            if name not in ladders or LADDERS.get(name) != lines
        },
        "agendas": {
            name: _mapping(agenda, without=("key",))
            for name, agenda in plan.agendas.items()
            if name not in agendas or shipped.get(name) != agenda
        },
    }
    return "\n\n".join(yaml_section(name, body) for name, body in sections.items() if body) + "\n"


def _mapping(model: Strict, without: tuple[str, ...] = ()) -> dict[str, Written]:
    """The fields of a model by the names that a file gives them, without those that have their default."""
    fields = type(model).model_fields
    names = ORDER[type(model)].split() if type(model) in ORDER else list(fields)
    found: dict[str, Written] = {}
    for name in names:
        value = getattr(model, name)
        default = fields[name].get_default(call_default_factory=True, validated_data=dict(model))
        if name not in without and (value != default or name in ALWAYS):
            found[fields[name].alias or name] = _value(value)
    return found


def _value(value: object) -> Written:
    if isinstance(value, Window):
        return _window(value)
    if isinstance(value, Who):
        return _who(value)
    if isinstance(value, Strict):
        return _mapping(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _window(window: Window) -> Written:
    first, last = window.first, window.last
    quarter, half = (first.month + 2) // 3, (first.month + 5) // 6
    for key in (f"{first:%Y-%m}", f"{first.year}-Q{quarter}", f"{first.year}-H{half}", f"{first.year}"):
        whole = period_named(key)
        if (whole.first, whole.last) == (first, last):
            return key
    return {"from": first.isoformat(), "to": last.isoformat()}


def _who(who: Who) -> Written:
    """`kinds` may be left out where they are what they would be taken for: any beside `units`, else the cells."""
    found = _mapping(who)
    assumed = () if who.units else ("chi_bo",)
    rest = {name: value for name, value in found.items() if name != "kinds"}
    return rest if who.kinds == assumed else {"kinds": _value(who.kinds), **rest}
