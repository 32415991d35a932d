"""Reads what a leader narrows figures down to: "kế hoạch 60", "chuyên đề chuyển đổi số", "lĩnh vực nông thôn", or the name alone."""

from bot.reading.words import fold

LEADS = {"sectors": ("linh vuc", "khoi"), "plans": ("ke hoach",), "topics": ("chuyen de", "chu de", "viec")}


def read_focus(text: str) -> tuple[str, str]:
    """Which of LEADS the words begin with, "" for none; and the words behind it, folded."""
    words = fold(text)
    for part, leads in LEADS.items():
        for lead in leads:
            if words.startswith(f"{lead} "):
                return part, words.removeprefix(f"{lead} ")
    return "", words


def is_named(words: str, name: str) -> bool:
    """Whether the folded words are whole words of the name, however near."""
    return bool(words) and f" {words} " in f" {fold(name)} "
