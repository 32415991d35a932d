"""Where the program of this checkout lies, and the zone that its people live in."""

from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates"
AGENDAS = TEMPLATES / "agendas"
PLANS = ROOT / "schedules" / "plans"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
