"""What the district's plan of “Tự soi, tự sửa” expects of each unit, by hand."""

from tests.kit.shipped.golden import Line, Row

NAME = "tu-soi-tu-sua-huyen-uy-2022"

OPENS = "2022-03-23"

TREE: list[Line] = [
    ("HU", "dang_uy", None, None),
    ("XA1", "dang_bo_co_so", "nong_thon", "HU"),
    ("XA1-T1", "chi_bo", "nong_thon", "XA1"),
    ("CBCS", "chi_bo", "co_quan", "HU"),
    ("BTG", "ban_tuyen_giao", None, "HU"),
    ("VP", "van_phong", None, "HU"),
    ("UBKT", "uy_ban_kiem_tra", None, "HU"),
    ("MTTQ", "mat_tran", None, "HU"),
    ("HPN", "doan_the", None, "HU"),
    ("XA1-DTN", "doan_the", None, "XA1"),
    ("VHTT", "co_quan_khac", None, "HU"),
]

MEETINGS: list[Row] = [
    ("hang-thang:2022-04", "meeting", "2022-04-01", "2022-04-30", "2022-04-29"),
    ("hang-thang:2022-05", "meeting", "2022-05-01", "2022-05-31", "2022-05-31"),
    ("hang-thang:2022-06", "meeting", "2022-06-01", "2022-06-30", "2022-06-30"),
    ("hang-thang:2022-07", "meeting", "2022-07-01", "2022-07-31", "2022-07-29"),
    ("hang-thang:2022-08", "meeting", "2022-08-01", "2022-08-31", "2022-08-31"),
    ("hang-thang:2022-09", "meeting", "2022-09-01", "2022-09-30", "2022-09-30"),
    ("hang-thang:2022-10", "meeting", "2022-10-01", "2022-10-31", "2022-10-31"),
    ("hang-thang:2022-11", "meeting", "2022-11-01", "2022-11-30", "2022-11-30"),
    ("hang-thang:2022-12", "meeting", "2022-12-01", "2022-12-31", "2022-12-30"),
    ("dot-19-5", "meeting", "2022-05-01", "2022-06-30", "2022-06-13"),  # in time for the report, due on 14/6
    ("dot-cuoi-nam", "meeting", "2022-11-01", "2022-12-14", "2022-12-14"),
]

REPORTS: list[Row] = [
    ("bao-cao-19-5", "report", "2022-05-15", "2022-06-14", "2022-06-14"),
    ("bao-cao-cuoi-nam", "report", "2022-11-14", "2022-12-14", "2022-12-14"),
]

OWN_PLAN: Row = ("ke-hoach", "report", OPENS, "", "")

GOLDEN: dict[str, list[Row]] = {
    "HU": [],
    "XA1": [*MEETINGS, *REPORTS, OWN_PLAN],
    "XA1-T1": MEETINGS,
    "CBCS": [*MEETINGS, *REPORTS, OWN_PLAN],
    "BTG": [
        ("tong-hop-19-5", "report", "2022-06-15", "", ""),
        ("tong-hop-cuoi-nam", "report", "2022-12-15", "", ""),
    ],
    "VP": [],
    "UBKT": [],
    "MTTQ": REPORTS,
    "HPN": REPORTS,
    "XA1-DTN": [],
    "VHTT": [("ke-hoach-tuyen-truyen", "report", OPENS, "", "")],
}
