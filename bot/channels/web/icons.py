"""The signs in our texts as drawings: many phones and machines show boxes in their place, and a screen reader would name them."""

import re

SPRITE = "/static/icons.svg"
ICONS = {
    "next": "👉",
    "home": "🏠",
    "back": "⬅↩",
    "go": "▶➡",
    "ok": "✅☑",
    "no": "✖",
    "file": "📎",
    "day": "📅",
    "warn": "⚠",
    "note": "📝",
    "paper": "📄",
    "pen": "✏",
    "vote": "🗳",
    "add": "➕",
    "time": "⏰",
    "place": "📍",
    "bin": "🗑",
    "people": "👥",
    "unit": "🏢",
    "chart": "📊",
    "star": "⭐",
    "bell": "🔔",
    "gear": "⚙",
    "help": "❓",
    "down": "📥⬇",
    "up": "📤⬆",
    "again": "🔁",
    "link": "🔗",
    "voice": "🎤",
    "photo": "📷",
    "look": "🔎",
    "box": "⬜",
}
"""The drawing of each sign, by its name in the sprite (templates/web/icons.svg)."""
NAMES = {sign: name for name, signs in ICONS.items() for sign in signs}
_SIGN = re.compile(f"[{''.join(NAMES)}]\ufe0f?")


def draw_signs(text: str) -> str:
    """Text or HTML with its signs as drawings that screen readers pass over; other signs stay as they are."""
    return _SIGN.sub(lambda found: _drawing(NAMES[found[0][0]]), text)


def _drawing(name: str) -> str:
    return f'<svg class="ico" aria-hidden="true"><use href="{SPRITE}#{name}"/></svg>'
