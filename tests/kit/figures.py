"""Plans whose reports ask for numbers and short texts."""

FIGURES = """
plan:
  symbol: 12-KH/ĐUK
  date: 2022-03-25
  issuer: Ban Thường vụ Đảng ủy Khối
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-12-31
duties:
  - key: bc
    do: report
    title: Báo cáo kết quả
    who: {kinds: [chi_bo]}
    opens: 2022-04-01
    due: {by: 2022-04-28}
    asks:
      - {key: mo-hinh, title: Mô hình}
      - {key: ca-nhan, title: Kế hoạch cá nhân}
      - {key: y-kien, title: Ý kiến, kind: text, optional: true}
"""

ALONE = (
    FIGURES.replace("symbol: 12", "symbol: 13")
    .replace("key: bc", "key: so")
    .replace("    asks:", "    without_files: true\n    asks:")
)
"""The same figures, asked by another plan and without a file."""
