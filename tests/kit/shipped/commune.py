"""What the commune's plan of “Tự soi, tự sửa” expects of each unit, by hand."""

from tests.kit.shipped.golden import Line, Row

NAME = "tu-soi-tu-sua-ky-loi-2022"

OPENS = "2022-08-05"

TOLD = "2022-07-26"
"""Ten days before: what comes before a meeting is asked for as soon as the meeting may be set."""

TREE: list[Line] = [
    ("KYLOI", "dang_uy", None, None),
    ("TPT3", "chi_bo", "nong_thon", "KYLOI"),
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

OTHERS: list[Row] = [
    ("bao-cao-chuyen-de:con-lai", "report", TOLD, "-5 con-lai", ""),
    ("con-lai", "meeting", OPENS, "2022-09-19", "2022-09-19"),
    ("gui-chuyen-de:con-lai", "report", OPENS, "+2 con-lai", ""),
    ("ke-hoach", "report", OPENS, "2022-08-24", "2022-08-24"),
]

GOLDEN: dict[str, list[Row]] = {
    "KYLOI": [
        ("bao-cao-chuyen-de:dang-uy", "report", TOLD, "-5 dang-uy", ""),
        ("chuyen-thi-uy-dang-uy:dang-uy", "confirm", TOLD, "-3 dang-uy", "", "bao-cao-chuyen-de:dang-uy"),
        ("dang-uy", "meeting", OPENS, "2022-09-05", "2022-09-05"),
        ("gui-chuyen-de-dang-uy:dang-uy", "report", OPENS, "+2 dang-uy", ""),
        ("ke-hoach-dang-uy", "report", OPENS, "", ""),
        ("phan-cong", "confirm", OPENS, "", ""),
    ],
    "TPT3": [
        ("bao-cao-chuyen-de:diem", "report", TOLD, "-5 diem", ""),
        ("diem", "meeting", OPENS, "2022-09-09", "2022-09-09"),
        ("gui-chuyen-de:diem", "report", OPENS, "+2 diem", ""),
        ("ke-hoach", "report", OPENS, "2022-08-24", "2022-08-24"),
    ],
    "CB01": OTHERS,
    "CBTH": OTHERS,
    "VP": [],
    "BTG": [("ke-hoach-tuyen-truyen", "report", OPENS, "", "")],
    "UBKT": [("ke-hoach-kiem-tra", "report", OPENS, "", "")],
    "D82": [],
    "MTTQ": [],
    "DTN": [],
    "TT": [],
}

PASSED_ON: dict[str, list[Row]] = {
    "TPT3": [("chuyen-thi-uy:diem", "confirm", TOLD, "-3 diem", "", "bao-cao-chuyen-de:diem")],
    "CB01": [("chuyen-thi-uy:con-lai", "confirm", TOLD, "-3 con-lai", "", "bao-cao-chuyen-de:con-lai")],
    "CBTH": [("chuyen-thi-uy:con-lai", "confirm", TOLD, "-3 con-lai", "", "bao-cao-chuyen-de:con-lai")],
}
