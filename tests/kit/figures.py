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

KNOWN = """
plan:
  symbol: 14-KH/ĐUK
  date: 2022-03-25
  issuer: Ban Thường vụ Đảng ủy Khối
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-12-31
topics:
  - {key: cd, title: Tự soi, meeting: thematic, period: 2022-Q2}
duties:
  - key: gui
    do: report
    title: Số liệu buổi họp
    due: {after_meeting: 5}
    without_files: true
    asks:
      - {key: du, title: Đảng viên dự, known: present}
      - {key: tong, title: Tổng số đảng viên, known: members}
      - {key: viec, title: Việc đã giao, known: tasks}
"""
"""A report of figures alone on a meeting that has counted them."""
