"""What the plan on Conclusions 01 and 21 expects of each unit, by hand."""

from tests.kit.shipped.golden import Line, Row

NAME = "ket-luan-01-21-ky-loi-2022"

OPENS = "2022-03-22"

TREE: list[Line] = [
    ("KYLOI", "dang_uy", None, None),
    ("CB01", "chi_bo", "nong_thon", "KYLOI"),
    ("CBTH", "chi_bo", "truong_hoc", "KYLOI"),
    ("VP", "van_phong", None, "KYLOI"),
    ("BTG", "ban_tuyen_giao", None, "KYLOI"),
    ("UBKT", "uy_ban_kiem_tra", None, "KYLOI"),
    ("D82", "doan_cong_tac", None, "KYLOI"),
    ("MTTQ", "mat_tran", None, "KYLOI"),
    ("DTN", "doan_the", None, "KYLOI"),
    ("TT", "co_quan_khac", None, "KYLOI"),
]

# II.1.3: before 10/6/2022
SPREAD: list[Row] = [
    ("ke-hoach-pho-bien", "report", "2022-05-10", "2022-06-09", "2022-06-09"),
    ("pho-bien", "confirm", "2022-05-10", "2022-06-09", "2022-06-09"),
]

# II.5: every year, on a day that the office has said; 15/12/2024 is a Sunday
REVIEW: list[Row] = [
    ("so-ket-hang-nam:2022", "report", OPENS, "2022-12-15", "2022-12-15"),
    ("so-ket-hang-nam:2023", "report", "2023-01-01", "2023-12-15", "2023-12-15"),
    ("so-ket-hang-nam:2024", "report", "2024-01-01", "2024-12-15", "2024-12-13"),
    ("so-ket-hang-nam:2025", "report", "2025-01-01", "2025-12-15", "2025-12-15"),
]

# II.5: quarter I of each year; 31/3/2024 is a Sunday
RESULTS: list[Row] = [
    ("bao-cao-ket-qua:2023-Q1", "report", "2023-01-01", "2023-03-31", "2023-03-31"),
    ("bao-cao-ket-qua:2024-Q1", "report", "2024-01-01", "2024-03-31", "2024-03-29"),
    ("bao-cao-ket-qua:2025-Q1", "report", "2025-01-01", "2025-03-31", "2025-03-31"),
]

# II.2.3.1 and III.1; 30/6/2024 is a Sunday; the yearly day, which the office has said, is a Saturday in 2025
MODELS: list[Row] = [
    ("dang-ky-mo-hinh", "report", OPENS, "", ""),
    ("so-ket-mo-hinh", "report", OPENS, "+730", "", "dang-ky-mo-hinh"),
    ("danh-gia-mo-hinh:2022", "confirm", OPENS, "2022-12-20", "2022-12-20"),
    ("danh-gia-mo-hinh:2023", "confirm", "2023-01-01", "2023-12-20", "2023-12-20"),
    ("danh-gia-mo-hinh:2024", "confirm", "2024-01-01", "2024-12-20", "2024-12-20"),
    ("danh-gia-mo-hinh:2025", "confirm", "2025-01-01", "2025-12-20", "2025-12-19"),
    ("bao-cao-mo-hinh:2022-H1", "report", OPENS, "2022-06-30", "2022-06-30"),
    ("bao-cao-mo-hinh:2022-H2", "report", "2022-07-01", "2022-12-31", "2022-12-30"),
    ("bao-cao-mo-hinh:2023-H1", "report", "2023-01-01", "2023-06-30", "2023-06-30"),
    ("bao-cao-mo-hinh:2023-H2", "report", "2023-07-01", "2023-12-31", "2023-12-29"),
    ("bao-cao-mo-hinh:2024-H1", "report", "2024-01-01", "2024-06-30", "2024-06-28"),
    ("bao-cao-mo-hinh:2024-H2", "report", "2024-07-01", "2024-12-31", "2024-12-31"),
    ("bao-cao-mo-hinh:2025-H1", "report", "2025-01-01", "2025-06-30", "2025-06-30"),
    ("bao-cao-mo-hinh:2025-H2", "report", "2025-07-01", "2025-12-31", "2025-12-31"),
]

# III.1: inspection every six months
INSPECTIONS: list[Row] = [
    ("kiem-tra:2022-H1", "confirm", OPENS, "2022-06-30", "2022-06-30"),
    ("kiem-tra:2022-H2", "confirm", "2022-07-01", "2022-12-31", "2022-12-30"),
    ("kiem-tra:2023-H1", "confirm", "2023-01-01", "2023-06-30", "2023-06-30"),
    ("kiem-tra:2023-H2", "confirm", "2023-07-01", "2023-12-31", "2023-12-29"),
    ("kiem-tra:2024-H1", "confirm", "2024-01-01", "2024-06-30", "2024-06-28"),
    ("kiem-tra:2024-H2", "confirm", "2024-07-01", "2024-12-31", "2024-12-31"),
    ("kiem-tra:2025-H1", "confirm", "2025-01-01", "2025-06-30", "2025-06-30"),
    ("kiem-tra:2025-H2", "confirm", "2025-07-01", "2025-12-31", "2025-12-31"),
]

COMMITTEE: list[Row] = [
    ("hoi-nghi", "meeting", OPENS, "2022-05-19", "2022-05-19"),
    ("ke-hoach-dang-uy", "report", "2022-04-19", "2022-05-19", "2022-05-19"),
    ("luu-ke-hoach-dang-uy", "confirm", OPENS, "", ""),
    ("phan-cong", "confirm", OPENS, "", ""),
    ("tham-dinh-mo-hinh-dang-bo", "confirm", OPENS, "", "", "dang-ky-mo-hinh"),
]

CELL: list[Row] = [
    ("chu-de-2022", "meeting", OPENS, "2022-12-31", "2022-12-30"),
    ("hang-nam:2023", "meeting", "2023-01-01", "2023-12-31", "2023-12-29"),
    ("hang-nam:2024", "meeting", "2024-01-01", "2024-12-31", "2024-12-31"),
    ("hang-nam:2025", "meeting", "2025-01-01", "2025-12-31", "2025-12-31"),
    ("chuyen-de-toan-khoa", "meeting", OPENS, "2025-12-31", "2025-12-31"),
    ("ke-hoach-ca-nhan", "confirm", OPENS, "", ""),
    ("nop-ke-hoach-ca-nhan:chu-de-2022", "confirm", OPENS, "-1 chu-de-2022", "", "ke-hoach-ca-nhan"),
    ("xac-nhan-ke-hoach-ca-nhan", "confirm", OPENS, "", "", "chu-de-2022"),
]

WHOLE_CELL = [*CELL, *SPREAD, *REVIEW, *RESULTS, *MODELS, *INSPECTIONS]

GOLDEN: dict[str, list[Row]] = {
    "KYLOI": [*COMMITTEE, *REVIEW, *RESULTS, *MODELS, *INSPECTIONS],
    "CB01": WHOLE_CELL,
    "CBTH": WHOLE_CELL,
    "VP": [],
    "BTG": [
        ("bao-cao-thi-uy:2023-Q1", "report", "2023-01-01", "2023-03-31", "2023-03-31"),
        ("bao-cao-thi-uy:2024-Q1", "report", "2024-01-01", "2024-03-31", "2024-03-29"),
        ("bao-cao-thi-uy:2025-Q1", "report", "2025-01-01", "2025-03-31", "2025-03-31"),
        ("ke-hoach-so-tong-ket", "report", OPENS, "", ""),
        ("so-ket-3-nam", "report", "2023-04-01", "2023-06-30", "2023-06-30"),
        ("tong-ket", "report", "2025-09-01", "2025-09-30", "2025-09-30"),
    ],
    "UBKT": [
        # II.4 names no day: that of the office; 31/1/2022 is before the plan, 31/1/2025 lies in Tết
        ("ke-hoach-kiem-tra-hang-nam:2023", "report", "2023-01-01", "2023-01-31", "2023-01-31"),
        ("ke-hoach-kiem-tra-hang-nam:2024", "report", "2024-01-01", "2024-01-31", "2024-01-31"),
        ("ke-hoach-kiem-tra-hang-nam:2025", "report", "2025-01-01", "2025-01-31", "2025-01-24"),
        ("ke-hoach-kiem-tra-toan-khoa", "report", OPENS, "", ""),
    ],
    "D82": [],
    "MTTQ": [*SPREAD, *REVIEW],
    "DTN": [*SPREAD, *REVIEW, ("luu-ke-hoach-doan-the", "confirm", OPENS, "", "")],
    "TT": [("ke-hoach-tuyen-truyen", "report", OPENS, "", "")],
}

APPRAISED: list[Row] = [("tham-dinh-mo-hinh", "confirm", OPENS, "", "", "dang-ky-mo-hinh")]

ABOUT: dict[str, list[Row]] = {"CB01": APPRAISED, "CBTH": APPRAISED}
