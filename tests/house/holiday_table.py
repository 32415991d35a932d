"""`python -m tests.house.holiday_table` computes the shipped table of holidays anew, after the library has learnt of new notices."""

from bot.calendar import SHIPPED, compute_year

YEARS = range(2020, 2041)


def table_of_holidays() -> str:
    """As it is shipped: a day, a tab, its name or nothing; in the order of the days."""
    lines: dict[str, str] = {}
    for year in map(compute_year, YEARS):
        lines |= {day.isoformat(): name for day, name in year.holidays.items()}
        lines |= {day.isoformat(): "" for day in year.worked_weekends}
    return "".join(f"{day}\t{name}\n" for day, name in sorted(lines.items()))


if __name__ == "__main__":
    SHIPPED.write_text(table_of_holidays(), "utf-8")
