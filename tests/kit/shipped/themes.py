"""What the plans of a topic a month and of themes expect of each unit, by hand."""

from tests.kit.shipped.golden import Line, Row

STUDY = "60-KH-DUK-2022"

THEMES = "42-KH-DUK-2022"

TREE: list[Line] = [
    ("DUK", "dang_uy", None, None),
    ("CB01", "chi_bo", "co_quan", "DUK"),
    ("DB01", "dang_bo_co_so", "doanh_nghiep", "DUK"),
    ("CB11", "chi_bo", "doanh_nghiep", "DB01"),
    ("BTG", "ban_tuyen_giao", None, "DUK"),
    ("BTC", "ban_to_chuc", None, "DUK"),
    ("VP", "van_phong", None, "DUK"),
    ("UBKT", "uy_ban_kiem_tra", None, "DUK"),
    ("DTN", "doan_the", None, "DUK"),
    ("DTN1", "doan_the", None, "DB01"),
]

MONTHS: list[Row] = [
    ("2022-04", "meeting", "2022-04-01", "2022-04-30", "2022-04-29"),  # 30/4 is a holiday and a Saturday
    ("2022-05", "meeting", "2022-05-01", "2022-05-31", "2022-05-31"),
    ("2022-06", "meeting", "2022-06-01", "2022-06-30", "2022-06-30"),
    ("2022-07", "meeting", "2022-07-01", "2022-07-31", "2022-07-29"),
    ("2022-08", "meeting", "2022-08-01", "2022-08-31", "2022-08-31"),
    ("2022-09", "meeting", "2022-09-01", "2022-09-30", "2022-09-30"),
    ("2022-10", "meeting", "2022-10-01", "2022-10-31", "2022-10-31"),
    ("2022-11", "meeting", "2022-11-01", "2022-11-30", "2022-11-30"),
]

QUARTERS: list[Row] = [
    ("bao-cao-quy:2022-Q2", "report", "2022-04-01", "2022-06-30", "2022-06-30"),
    ("bao-cao-quy:2022-Q3", "report", "2022-07-01", "2022-09-30", "2022-09-30"),
    ("bao-cao-quy:2022-Q4", "report", "2022-10-01", "2022-12-31", "2022-12-30"),
]

STUDY_PLAN: Row = ("ke-hoach", "report", "2022-04-18", "", "")

THEME_MEETINGS: list[Row] = [
    ("cd-1", "meeting", "2022-01-01", "2022-03-31", "2022-03-31"),
    ("cd-2", "meeting", "2022-04-01", "2022-06-30", "2022-06-30"),
    ("cd-3", "meeting", "2022-07-01", "2022-09-30", "2022-09-30"),
    ("cd-4", "meeting", "2022-10-01", "2022-12-31", "2022-12-30"),
    ("gui-chuyen-de:cd-1", "report", "2022-01-01", "+2 cd-1", ""),
    ("gui-chuyen-de:cd-2", "report", "2022-04-01", "+2 cd-2", ""),
    ("gui-chuyen-de:cd-3", "report", "2022-07-01", "+2 cd-3", ""),
    ("gui-chuyen-de:cd-4", "report", "2022-10-01", "+2 cd-4", ""),
]

OWN: list[Row] = [
    ("ke-hoach", "report", "2022-01-28", "2022-02-27", "2022-02-25"),
    ("ket-qua", "report", "2022-11-24", "2022-12-24", "2022-12-23"),
]

GOLDEN: dict[str, dict[str, list[Row]]] = {
    STUDY: {
        "DUK": [],
        "CB01": [*MONTHS, *QUARTERS, STUDY_PLAN],
        "DB01": [*QUARTERS, STUDY_PLAN],
        "CB11": MONTHS,
        "BTG": [
            ("tong-hop-cuoi-nam", "report", "2022-11-01", "2022-11-30", "2022-11-30"),
            ("tong-hop-quy-2", "report", "2022-05-31", "2022-06-30", "2022-06-30"),
        ],
        "BTC": [],
        "VP": [],
        "UBKT": [],
        "DTN": [("ke-hoach-doan-the", "report", "2022-04-18", "", "")],
        "DTN1": [],
    },
    THEMES: {
        "DUK": [],
        "CB01": [*THEME_MEETINGS, *OWN],
        "DB01": [*OWN, ("phan-cong", "confirm", "2022-02-08", "", "")],
        "CB11": THEME_MEETINGS,
        "BTG": [
            ("de-cuong-2", "report", "2022-02-27", "2022-03-29", "2022-03-29"),
            ("tong-hop", "report", "2022-11-30", "2022-12-30", "2022-12-30"),
        ],
        "BTC": [("de-cuong-1", "report", "2022-01-20", "2022-02-19", "2022-02-18")],
        "VP": [("de-cuong-3-doanh-nghiep", "report", "2022-02-27", "2022-03-29", "2022-03-29")],
        "UBKT": [("de-cuong-3-co-quan", "report", "2022-02-27", "2022-03-29", "2022-03-29")],
        "DTN": [],
        "DTN1": [],
    },
}
