"""Stamps of secrecy: which lines, file names and first pages bear one, and which only speak of secrecy."""

import logging
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter
from pypdf.errors import DependencyError

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.secrecy import bears_secrecy_stamp, secret_file, stamped_name
from tests.kit.documents import doc, pdf

STAMPED = [
    "MẬT",
    "TỐI MẬT",
    "TUYỆT MẬT",
    "  MẬT  ",
    "Tối mật",
    "Tuyệt Mật",
    "Mật",
    "(MẬT)",
    "(mật)",
    "[Tối mật]",
    "*** TUYỆT MẬT ***",
    "* mật *",
    "- MẬT -",
    "“TỐI MẬT”",
    "│ MẬT │",
    "M Ậ T",
    "M  Ậ  T",
    "M.Ậ.T",
    "T Ố I   M Ậ T",
    "TỐI\u00a0MẬT",
    "M\u200bẬ\u00adT",
    "MA \u0323\u0302T",
    "HỎA TỐC - MẬT",
    "MẬT (HOẢ TỐC)",
    "TÀI LIỆU MẬT",
    "TUYỆT MẬT - BẢN SỐ 3",
    "ĐỘ TỐI MẬT",
    "Độ mật: Tối mật",
    "ĐỘ MẬT: MẬT",
    "Mức độ mật : Mật",
    "Kính gửi đồng chí. Độ mật: Tuyệt mật.",
    "Độ mật: Tối mật Hà Tĩnh, ngày 05 tháng 11 năm 2026",
    "123-QĐ/TW (Mật)",
    "Số: 45-BC/ĐU (MẬT)",
    "theo Kế hoạch 12/KH-UBND (Tối mật) của Ủy ban nhân dân",
    "Số       -QĐ/TW [mật]",
    "ĐẢNG BỘ XÃ MẪU        MẬT        Hà Tĩnh, ngày 05 tháng 11 năm 2026",
    "ĐẢNG BỘ XÃ MẪU\tTỐI MẬT",
    "MẬT ĐẢNG CỘNG SẢN VIỆT NAM",
    "MẬT Hà Tĩnh, ngày 05 tháng 11 năm 2026",
    "Số 12-BC/ĐU MẬT",
    "ĐẢNG CỘNG SẢN VIỆT NAM TUYỆT MẬT",
    "Kính gửi: Đảng ủy\nTỐI MẬT\nBáo cáo tháng 11",
    "Nội dung trước\x0cMẬT\x0cNội dung sau",
    "☒ Mật",
    "MËT",
    "TèI MËT",
    "TUYÖT MËT",
    "MAÄT",
    "TUYEÄT MAÄT",
]

NOT_STAMPED = [
    "",
    "   \n\n",
    "Công tác bảo vệ bí mật nhà nước",
    "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "KẾ HOẠCH\nBẢO VỆ BÍ\nMẬT\nNHÀ NƯỚC",
    "quy chế bảo\nmật\nthông tin",
    "Q U Y CH Ế  B Ả O \nM Ậ T\n",
    "bí mật",
    "BÍ MẬT",
    "bảo mật",
    "Bảo mật",
    "BẢO MẬT",
    "mật khẩu",
    "Mật khẩu: ",
    "MẬT KHẨU",
    "hòm thư bảo mật",
    "Nuôi ong lấy mật ong rừng",
    "Mật ong",
    "việc cơ mật của Đảng",
    "mật độ dân số",
    "Mật độ dân số 120 người/km2",
    "MẶT",
    "MẤT",
    "Mặt",
    "Mất",
    "MẮT",
    "MÂT",
    "MAT",
    "TOI MAT",
    "có mặt 25, vắng mặt 2",
    "mất mùa",
    "tài liệu có nội dung tuyệt mật thì không được gửi qua mạng xã hội dưới mọi hình thức",
    "Không gửi tài liệu MẬT, TỐI MẬT, TUYỆT MẬT qua hệ thống này.",
    "không gửi tài liệu TUYỆT MẬT qua Zalo",
    "mật",
    "người phát ngôn giữ\nmật\ntrong thời gian dài",
    "Độ mật:",
    "Độ mật: .........",
    "Độ mật: Thường",
    "Độ mật: Không",
    "Độ mật: ☐ Tuyệt mật ☐ Tối mật ☐ Mật",
    "Độ mật: Tuyệt mật, Tối mật, Mật",
    "Độ mật: mật độ",
    "☐ Mật",
    "☐ Tuyệt mật   ☐ Tối mật   ☐ Mật",
    "Tuyệt mật | Tối mật | Mật",
    "Mật: 03 văn bản",
    "Mật 03",
    "Mật?",
    "chế độ báo cáo (mật) theo quý",
    "thư (mật)",
    "tinh-thần trách nhiệm (mật)",
    "tuần trăng mật",
    "thân mật",
    "Gặp mặt đầu xuân",
    "Số 12-BC/ĐU về bảo vệ BÍ MẬT",
    "ĐẢNG CỘNG SẢN VIỆT NAM",
    "Mật mã, cơ yếu",
]


@pytest.mark.parametrize("text", STAMPED)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_stamp_is_found_in_either_unicode_form(text: str, form: str) -> None:
    assert bears_secrecy_stamp(unicodedata.normalize("NFD" if form == "NFD" else "NFC", text))


@pytest.mark.parametrize("text", NOT_STAMPED)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_about_secrecy_are_no_stamp(text: str, form: str) -> None:
    assert not bears_secrecy_stamp(unicodedata.normalize("NFD" if form == "NFD" else "NFC", text))


@pytest.mark.parametrize(
    "name",
    [
        "123-BC_MAT.docx",
        "123-BC-MAT.pdf",
        "45-QĐ-TW_MAT.pdf",
        "12-KH-UBND MAT.doc",
        "MAT_123-BC.docx",
        "MAT - 45-QD.pdf",
        "Bao cao thang 10_MAT.docx",
        "Bao cao - MAT.docx",
        "Bao cao (mat).docx",
        "(MAT) Bao cao.docx",
        "[Toi mat] ke hoach.docx",
        "TOI MAT.docx",
        "TOI_MAT.pdf",
        "bao-cao-toi-mat.docx",
        "TOI MAT - ke hoach.docx",
        "TUYET MAT.pdf",
        "ke_hoach_tuyet_mat_2026.docx",
        "TuyetMat.docx",
        "Báo cáo (Mật).pdf",
        "123-QĐ-TW (Mật).pdf",
        "Báo cáo MẬT tháng 10.docx",
        "Mật_Báo cáo.docx",
        "Báo cáo mật.docx",
        "MẬT.pdf",
        "mật",
        "Kế hoạch tối mật.docx",
        "TUYỆT MẬT.jpg",
        unicodedata.normalize("NFD", "Kế hoạch Tuyệt mật.docx"),
        "ke\u200bhoach_TUYET_\u200bMAT.docx",
    ],
)
def test_a_file_name_that_says_secret(name: str) -> None:
    assert stamped_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "bao-cao.pdf",
        "",
        ".pdf",
        "Báo cáo công tác bảo vệ bí mật nhà nước.docx",
        "BÁO CÁO BẢO VỆ BÍ MẬT NHÀ NƯỚC.docx",
        "Quy chế bảo mật.docx",
        "quy_che_bao_mat.docx",
        "BAO_MAT.docx",
        "bao-ve-bi-mat.pdf",
        "BAO VE BI MAT NHA NUOC.pdf",
        "Mật khẩu.docx",
        "Mật độ dân số.xlsx",
        "Mật ong.docx",
        "danh sach vang mat.xlsx",
        "DANH SACH VANG MAT.xlsx",
        "DANH SACH CO MAT.xlsx",
        "Gap mat dau xuan.pptx",
        "GAP MAT.pptx",
        "GAP-MAT.pptx",
        "le_ra_mat.docx",
        "Le ra_MAT.docx",
        "mat_bang.docx",
        "MAT BANG.pdf",
        "mat 1.jpg",
        "MAT_1.jpg",
        "mat-truoc.png",
        "GUI TOI MAT TRAN TO QUOC.docx",
        "thu gui toi mat tran.docx",
        "Toi mat tran.docx",
        "Báo cáo có mặt.docx",
        "mất điện.docx",
        "tong_hop_mat.xlsx",
        "Thân mật.docx",
        "format.docx",
        "12-BC automat.docx",
    ],
)
def test_a_file_name_that_does_not(name: str) -> None:
    assert not stamped_name(name)


# Real files


def locked(source: Path, target: Path, password: str, algorithm: str) -> Path:
    writer = PdfWriter(clone_from=source)
    writer.encrypt(password, "owner", algorithm=algorithm)
    writer.write(target)
    return target


def test_the_pdf_of_these_tests_gives_back_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["TỐI MẬT"]))
    assert PdfReader(path).pages[0].extract_text().strip() == "TỐI MẬT"


@pytest.mark.parametrize(
    ("lines", "note", "secret"),
    [
        (["ĐẢNG BỘ XÃ MẪU", "TỐI MẬT", "BÁO CÁO"], "", True),
        (["ĐẢNG BỘ XÃ MẪU", "BÁO CÁO", "về công tác bảo vệ bí mật nhà nước"], "", False),
        (["BÁO CÁO"], "MẬT", True),
        (["BÁO CÁO"], "Đã xem", False),
        ([], "", False),
    ],
)
def test_pdf(tmp_path: Path, lines: list[str], note: str, secret: bool) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(lines, note=note))
    assert secret_file(path, filetypes.PDF, "a.pdf") is secret


def test_a_pdf_under_a_password_cannot_be_checked(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["MẬT"]))
    for algorithm in ("RC4-128", "AES-256"):
        with pytest.raises(Invalid, match="file_encrypted"):
            secret_file(locked(path, tmp_path / "b.pdf", "abc", algorithm), filetypes.PDF, "b.pdf")


def test_a_pdf_that_opens_without_a_password_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["MẬT"]))
    assert secret_file(locked(path, tmp_path / "b.pdf", "", "RC4-128"), filetypes.PDF, "b.pdf")


def test_a_cipher_that_is_not_installed_counts_as_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["BÁO CÁO"]))
    sealed = locked(path, tmp_path / "b.pdf", "", "RC4-128")

    def decrypt(_reader: PdfReader, _password: str) -> int:
        raise DependencyError("cryptography is required")

    monkeypatch.setattr(PdfReader, "decrypt", decrypt)
    with pytest.raises(Invalid, match="file_encrypted"):
        secret_file(sealed, filetypes.PDF, "b.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"%PDF-1.7\n" + b"MAT\x00\xff" * 300, pdf(["MẬT"], pages=0)])
def test_a_broken_pdf_is_damaged_and_nothing_of_it_is_logged(
    tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with caplog.at_level(logging.INFO), pytest.raises(Invalid, match="file_damaged"):
        secret_file(path, filetypes.PDF, "a.pdf")
    assert not caplog.records


def test_a_page_of_endless_drawing_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["Báo cáo tháng mười một " * 20] * 2500, note="TUYỆT MẬT"))
    assert secret_file(path, filetypes.PDF, "a.pdf")
    path.write_bytes(pdf(["MẬT", *["Báo cáo tháng mười một " * 20] * 2500]))
    assert not secret_file(path, filetypes.PDF, "a.pdf")


def docx(path: Path, build: Callable[[object], None]) -> Path:
    document = Document()
    document.add_paragraph("BÁO CÁO")
    document.add_paragraph("về công tác bảo vệ bí mật nhà nước")
    build(document)
    document.save(str(path))
    return path


def _plain(_document: object) -> None:
    pass


def _paragraph(document: object) -> None:
    paragraph = document.add_paragraph()  # type: ignore[attr-defined]
    for piece in ("TỐI", " M", "ẬT"):
        paragraph.add_run(piece).bold = True


def _decomposed(document: object) -> None:
    document.add_paragraph(unicodedata.normalize("NFD", "Tuyệt mật"))  # type: ignore[attr-defined]


def _line_break(document: object) -> None:
    document.add_paragraph("Số 12-BC/ĐU\nMẬT")  # type: ignore[attr-defined]


def _header_table(document: object) -> None:
    section = document.sections[0]  # type: ignore[attr-defined]
    table = section.header.add_table(1, 2, section.page_width)
    table.cell(0, 0).text = "ĐẢNG BỘ XÃ MẪU\nMẬT"


def _body_table(document: object) -> None:
    document.add_table(2, 2).cell(1, 1).text = "(Mật)"  # type: ignore[attr-defined]


def _text_box(document: object) -> None:
    box = (
        f"<w:r {nsdecls('w')} xmlns:v='urn:schemas-microsoft-com:vml'><w:pict><v:shape><v:textbox><w:txbxContent>"
        "<w:p><w:r><w:t>MẬT</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    document.paragraphs[0]._p.append(parse_xml(box))  # type: ignore[attr-defined]


def _watermark(document: object) -> None:
    word = f"<w:r {nsdecls('w')} xmlns:v='urn:schemas-microsoft-com:vml'><w:pict><v:shape><v:textpath string='TUYỆT MẬT'/></v:shape></w:pict></w:r>"
    document.sections[0].header.paragraphs[0]._p.append(parse_xml(word))  # type: ignore[attr-defined]


def _far_down(document: object) -> None:
    for _ in range(200):
        document.add_paragraph("Nội dung")  # type: ignore[attr-defined]
    document.add_paragraph("MẬT")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("build", "secret"),
    [
        (_plain, False),
        (_paragraph, True),
        (_decomposed, True),
        (_line_break, True),
        (_header_table, True),
        (_body_table, True),
        (_text_box, True),
        (_watermark, True),
        (_far_down, False),
    ],
)
def test_docx(tmp_path: Path, build: Callable[[object], None], secret: bool) -> None:
    path = docx(tmp_path / "a.docx", build)
    assert secret_file(path, filetypes.DOCX, "a.docx") is secret


def test_the_name_alone_is_enough(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", _plain)
    assert secret_file(path, filetypes.DOCX, "123-BC_MAT.docx")
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert secret_file(picture, filetypes.PNG, "TUYET MAT.png")
    assert not secret_file(picture, filetypes.PNG, "a.png")


def rewritten(source: Path, part: str, data: bytes) -> Path:
    target = source.with_stem("b")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, data if name == part else old.read(name))
    return target


@pytest.mark.parametrize(
    "xml",
    [
        b"<w:document",
        b"no xml",
        b"",
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><document><p><t>&b;</t></p></document>',
    ],
)
def test_a_docx_with_broken_xml_is_damaged(tmp_path: Path, xml: bytes) -> None:
    path = rewritten(docx(tmp_path / "a.docx", _plain), "word/document.xml", xml)
    with pytest.raises(Invalid, match="file_damaged"):
        secret_file(path, filetypes.DOCX, "b.docx")


def test_a_docx_that_inflates_without_end_is_read_only_at_its_beginning(tmp_path: Path) -> None:
    head = b'<w:document xmlns:w="urn:w"><w:body><w:p><w:r><w:t>TUY\xe1\xbb\x86T M\xe1\xba\xacT</w:t></w:r></w:p>'
    body = b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 1_000_000
    path = rewritten(
        docx(tmp_path / "a.docx", _plain), "word/document.xml", head + body + b"</w:body></w:document>"
    )
    assert path.stat().st_size < 500_000
    assert secret_file(path, filetypes.DOCX, "b.docx")


def test_bytes_flipped_inside_a_docx_are_damage(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", _paragraph)
    with zipfile.ZipFile(path) as opened:
        info = opened.getinfo("word/document.xml")
    data = bytearray(path.read_bytes())
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(Invalid, match="file_damaged"):
        secret_file(path, filetypes.DOCX, "a.docx")


@pytest.mark.parametrize(
    ("content", "styles", "secret"),
    [
        ("<text:p>Báo <text:span>cáo</text:span></text:p>", "", False),
        ("<text:p>TỐI<text:s/><text:span>MẬT</text:span></text:p>", "", True),
        ("<text:p>Số 1<text:line-break/>MẬT</text:p>", "", True),
        ("<text:p>Trang bìa<draw:text-box><text:p>MẬT</text:p></draw:text-box></text:p>", "", True),
        ("<text:h>Báo cáo</text:h>", "<text:p>Mật</text:p>", True),
        ("<text:p>bảo vệ bí mật nhà nước</text:p>", "<text:p>Trang 1</text:p>", False),
    ],
)
def test_odt(tmp_path: Path, content: str, styles: str, secret: bool) -> None:
    path = tmp_path / "a.odt"
    frame = "<o xmlns:text='urn:text' xmlns:draw='urn:draw'>{}</o>"
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("mimetype", filetypes.ODT)
        new.writestr("content.xml", frame.format(content))
        if styles:
            new.writestr("styles.xml", frame.format(styles))
    assert secret_file(path, filetypes.ODT, "a.odt") is secret


def test_xlsx_cells_and_sheet_header(tmp_path: Path) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "Biểu tổng hợp", "bảo vệ bí mật nhà nước"
    book.save(path)
    assert not secret_file(path, filetypes.XLSX, "a.xlsx")
    assert sheet.oddHeader is not None
    center = sheet.oddHeader.center
    center.text, center.font, center.size = "TỐI MẬT", "Times New Roman,Bold", 14
    book.save(path)
    assert secret_file(path, filetypes.XLSX, "a.xlsx")
    center.text = None
    sheet["B3"] = "MẬT"
    book.save(path)
    assert secret_file(path, filetypes.XLSX, "a.xlsx")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("ĐẢNG BỘ XÃ MẪU\rMẬT\rBÁO CÁO\r".encode("utf-16-le"), True),
        ("Số 12-BC/ĐU\x07TỐI MẬT\x07\x07".encode("utf-16-le"), True),
        (b"Trang 1\r" + "\rTUYỆT MẬT\r".encode("utf-16-le"), True),
        (b"Trang 12\r" + "\rTUYỆT MẬT\r".encode("utf-16-le"), True),
        ("Báo cáo\r".encode("utf-16-le") + "MËT\r".encode("latin-1"), True),
        ("Bảo vệ bí mật nhà nước\rVắng mặt\rMặt\r".encode("utf-16-le"), False),
        (b"Bao cao\rMAT\r", False),
        (bytes(range(256)) * 20, False),
    ],
)
def test_doc(tmp_path: Path, text: bytes, secret: bool) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(doc(text))
    assert filetypes.sniff_type(path) == filetypes.DOC
    assert secret_file(path, filetypes.DOC, "a.doc") is secret


def test_a_doc_under_a_password_or_without_its_head(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(doc(b"Bao cao", flags=0x0100))
    with pytest.raises(Invalid, match="file_encrypted"):
        secret_file(path, filetypes.DOC, "a.doc")
    path.write_bytes(doc(b"Bao cao", magic=b"??"))
    with pytest.raises(Invalid, match="file_damaged"):
        secret_file(path, filetypes.DOC, "a.doc")
