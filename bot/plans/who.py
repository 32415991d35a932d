"""Which units a plan means."""

from dataclasses import dataclass

from bot.plans.fields import Filter
from bot.plans.plan import TopicText, Variant


@dataclass(frozen=True, slots=True)
class UnitProfile:
    """What a plan can tell a unit by. `direct`: it stands directly below the committee that owns the plan."""

    code: str
    kind: str
    sector: str | None
    direct: bool


COMMITTEES = ("dang_uy", "dang_bo_co_so", "dang_bo_bo_phan", "chi_bo")


def reach_of_unit(path: str, kind: str) -> str:
    """The path below which the units stand that a unit owes something about: a committee those below itself, an office those
    of the committee that it belongs to."""
    above = path[: path.rindex("/", 0, -1) + 1]
    return path if kind in COMMITTEES or above == "/" else above


def fits_unit(who: Filter, unit: UnitProfile) -> bool:
    return (
        unit.code not in who.excluded
        and (not who.units or unit.code in who.units)
        and (not who.kinds or unit.kind in who.kinds)
        and (not who.sectors or unit.sector in who.sectors)
        and (unit.direct or not who.direct)
    )


def overlapping_topics(one: Filter, other: Filter) -> bool:
    """Whether there can be a unit that passes both."""
    shared = set(one.units) & set(other.units) if one.units and other.units else {*one.units, *other.units}
    if (one.units or other.units) and not shared - {*one.excluded, *other.excluded}:
        return False
    pairs = ((one.kinds, other.kinds), (one.sectors, other.sectors))
    return all(not a or not b or set(a) & set(b) for a, b in pairs)


def variant_of(topic: TopicText, unit: UnitProfile) -> Variant | None:
    """The first variant that fits the unit; None where the topic has none."""
    return next((v for v in topic.variants if v.who is None or fits_unit(v.who, unit)), None)
