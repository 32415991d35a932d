"""Plans whose meetings may be one."""

JOINT = """
plan:
  symbol: {symbol}
  date: 2022-03-25
  issuer: {issuer}
  title: {title}
  starts: 2022-01-01
  ends: 2022-12-31
  merging: {merging}
topics:
{topics}
"""


def joint_plan(symbol: str, topics: str, merging: str = "forbidden", duties: str = "") -> str:
    facts = {"symbol": symbol, "issuer": "Đảng ủy mẫu", "title": f"Kế hoạch {symbol}", "merging": merging}
    return JOINT.format(topics=topics, **facts) + duties


THANG = """
  - key: thang
    title: Sinh hoạt tháng Tư
    meeting: regular
    period: 2022-04
    agenda: monthly-documents
    documents:
      - {type: Nghị quyết, symbol: 1-NQ/TW}
      - {type: Nghị quyết, symbol: 2-NQ/TW}
"""

CHUYEN_DE = """
  - key: cd
    title: Chuyên đề quý Hai
    meeting: thematic
    period: 2022-Q2
    agenda: eight-steps
"""
