"""Every place in a file where a stamp has been tried to hide, and what only looks like one."""

import random
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    RectangleObject,
    TextStringObject,
)

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.secrecy import bears_secrecy_stamp, secret_file, stamped_name, typed_stamp
from tests.kit.documents import compound, doc, office, pdf, runs

STAMP = "TUYỆT MẬT"
HARMLESS = "Bí mật kinh doanh; mật ong; mật độ; Mật khẩu"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml"
DRAWING = "application/vnd.openxmlformats-officedocument.drawing"
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"

both = pytest.mark.parametrize("words", [STAMP, HARMLESS])


def paragraph(inside: str) -> str:
    return f'<a:x xmlns:a="urn:a">{inside}</a:x>'


PICTURE = paragraph('<a:p><a:r><a:drawing><a:docPr id="1" descr="{}"/></a:drawing></a:r></a:p>')
DELETED = paragraph("<a:p><a:del><a:r><a:delText>{}</a:delText></a:r></a:del></a:p>")


@both
@pytest.mark.parametrize(
    ("part", "kind", "frame"),
    [
        ("word/comments.xml", f"{WORD}.comments+xml", runs("{}")),
        ("word/diagrams/data1.xml", f"{DRAWING}ml.diagramData+xml", runs("{}")),
        ("word/charts/chart1.xml", f"{DRAWING}ml.chart+xml", runs("{}")),
        ("word/header2.xml", f"{WORD}.header+xml", PICTURE),
        ("word/header2.xml", f"{WORD}.header+xml", DELETED),
    ],
)
def test_every_other_part_of_a_word_document(
    tmp_path: Path, part: str, kind: str, frame: str, words: str
) -> None:
    body = (f"{filetypes.DOCX}.main+xml", runs("BÁO CÁO"))
    path = office(tmp_path / "a.docx", {"word/document.xml": body, part: (kind, frame.format(words))})
    assert secret_file(path, filetypes.DOCX, "a.docx") is (words == STAMP)


def test_a_part_whose_kind_stands_under_its_extension(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as new:
        kind = f'<Types><Default Extension="XML" ContentType="{filetypes.DOCX}.main+xml"/></Types>'
        new.writestr("[Content_Types].xml", kind)
        new.writestr("word/document.xml", runs(STAMP))
    assert filetypes.sniff_type(path) == filetypes.DOCX
    assert secret_file(path, filetypes.DOCX, "a.docx")


@pytest.mark.parametrize(
    ("inside", "secret"),
    [
        ("<a:p><a:r><a:t>M</a:t></a:r><a:r><a:t>Ậ</a:t></a:r><a:r><a:t>T</a:t></a:r></a:p>", True),
        ("<a:p><a:r><a:t>M</a:t></a:r></a:p><a:p><a:r><a:t>Ậ</a:t></a:r></a:p><a:p><a:t>T</a:t></a:p>", True),
        ("<a:p><a:r><a:rPr><a:caps/></a:rPr><a:t>mật</a:t></a:r></a:p>", True),
        ('<a:p><a:r><a:rPr><a:caps a:val="0"/></a:rPr><a:t>mật</a:t></a:r></a:p>', False),
        ('<a:p><a:r><a:rPr cap="all"/><a:t>tối mật</a:t></a:r></a:p>', True),
        ('<a:p><a:r><a:rPr><a:rFonts a:ascii=".VnTimeH"/></a:rPr><a:t>tèi mËt</a:t></a:r></a:p>', True),
        ('<a:p><a:r><a:rPr><a:rFonts a:ascii=".VnTime"/></a:rPr><a:t>mËt</a:t></a:r></a:p>', False),
        ("<a:tc><a:p><a:r><a:t>Mật</a:t></a:r></a:p></a:tc>", False),
        ("<a:tc><a:p><a:r><a:t>MẬT</a:t></a:r></a:p></a:tc>", True),
        (
            "<a:tc><a:p><a:t>Tuyệt mật</a:t></a:p></a:tc><a:tc><a:p><a:t>Tối mật</a:t></a:p></a:tc>"
            "<a:tc><a:p><a:t>Mật</a:t></a:p></a:tc>",
            False,
        ),
        ("<a:tc><a:p><a:t>MẬT</a:t></a:p><a:p><a:t>KHẨU</a:t></a:p></a:tc>", False),
    ],
)
def test_how_the_words_of_a_document_are_made(tmp_path: Path, inside: str, secret: bool) -> None:
    body = (f"{filetypes.DOCX}.main+xml", paragraph(inside))
    path = office(tmp_path / "a.docx", {"word/document.xml": body})
    assert secret_file(path, filetypes.DOCX, "a.docx") is secret


@both
@pytest.mark.parametrize(
    ("part", "kind", "frame"),
    [
        ("ppt/slideLayouts/slideLayout1.xml", "slideLayout", runs("{}")),
        ("ppt/comments/comment1.xml", "comments", paragraph("<a:cm><a:text>{}</a:text></a:cm>")),
        ("ppt/notesMasters/notesMaster1.xml", "notesMaster", runs("{}")),
    ],
)
def test_every_other_part_of_slides(tmp_path: Path, part: str, kind: str, frame: str, words: str) -> None:
    slides = {
        "ppt/presentation.xml": (f"{filetypes.PPTX}.main+xml", paragraph("")),
        "ppt/slides/slide1.xml": (f"{SLIDES}.slide+xml", runs("Chuyên đề")),
        part: (f"{SLIDES}.{kind}+xml", frame.format(words)),
    }
    assert secret_file(office(tmp_path / "a.pptx", slides), filetypes.PPTX, "a.pptx") is (words == STAMP)


@both
@pytest.mark.parametrize("place", ["comment", "sheet name", "hidden sheet", "far string", "box", "formula"])
def test_every_other_place_of_a_workbook(tmp_path: Path, place: str, words: str) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    sheet = book.active
    assert sheet is not None
    words = words[:31]
    for row in range(1, 600):
        sheet.cell(row, 1, f"Việc {row}")
    if place == "comment":
        sheet["A1"].comment = Comment(words, "Mật")
    elif place == "sheet name":
        book.create_sheet(words)
    elif place == "hidden sheet":
        hidden = book.create_sheet("Ẩn")
        hidden["C3"], hidden.sheet_state = words, "veryHidden"
    elif place == "far string":
        sheet["C2"] = words
        for row in range(3, 60):
            sheet.cell(row, 3, f"Ghi chú {row}")
    book.save(path)
    if place in ("box", "formula"):
        _add_by_hand(path, place, words)
    assert secret_file(path, filetypes.XLSX, "a.xlsx") is (words == STAMP)


def _add_by_hand(path: Path, place: str, words: str) -> None:
    """What openpyxl does not write: a text box, and the text that a formula gave."""
    kept = BytesIO(path.read_bytes())
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode("utf-8", "surrogateescape")
            if place == "box" and name == "[Content_Types].xml":
                kind = f'<Override PartName="/xl/drawings/drawing1.xml" ContentType="{DRAWING}+xml"/>'
                data = data.replace("</Types>", f"{kind}</Types>")
            if place == "formula" and name == "xl/worksheets/sheet1.xml":
                cell = (
                    f'<row r="700"><c r="A700" t="str"><f>"A"&amp;"B"</f><v>{words}</v></c></row></sheetData>'
                )
                data = data.replace("</sheetData>", cell)
            new.writestr(name, data.encode("utf-8", "surrogateescape"))
        if place == "box":
            new.writestr("xl/drawings/drawing1.xml", runs(words))


@pytest.mark.parametrize(("name", "secret"), [("Mật", False), ("MẬT", True), ("(Mật)", True)])
def test_a_given_name_in_a_column_of_names_is_no_stamp(tmp_path: Path, name: str, secret: bool) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["STT", "Họ đệm", "Tên"], [1, "Nguyễn Thị", "Hoa"], [2, "Lò Văn", name]):
        sheet.append(row)
    book.save(path)
    assert secret_file(path, filetypes.XLSX, "a.xlsx") is secret
    table = tmp_path / "a.csv"
    table.write_text(f"STT;Họ đệm;Tên\n1;Lò Văn;{name}\n", "utf-8")
    assert secret_file(table, filetypes.CSV, "a.csv") is secret
    assert typed_stamp(f"Lò Văn\n{name}") is secret


def with_note(path: Path, facts: dict[str, str], drawn: str = "") -> Path:
    """A PDF with one note, of these words; or with one that is drawn as the words of another page."""
    writer = PdfWriter()
    writer.add_page(PdfReader(BytesIO(pdf(["BÁO CÁO"]))).pages[0])
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/Rect"): RectangleObject((0, 0, 9, 9)),
            **{NameObject(key): TextStringObject(value) for key, value in facts.items()},
        }
    )
    if drawn:
        page = PdfReader(BytesIO(pdf([drawn]))).pages[0]
        form = DecodedStreamObject()
        contents = page.get_contents()
        assert contents is not None
        form.set_data(contents.get_data())
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/Resources")] = page["/Resources"].clone(writer)
        note[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(form)})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    writer.write(path)
    return path


@both
@pytest.mark.parametrize("key", ["/Contents", "/V", "/DV", "/Subj", "/RC", "drawn"])
def test_every_place_of_a_note_or_field_of_a_pdf(tmp_path: Path, key: str, words: str) -> None:
    said = f"<p><b>{words}</b></p>" if key == "/RC" else words
    path = with_note(
        tmp_path / "a.pdf", {} if key == "drawn" else {key: said}, words if key == "drawn" else ""
    )
    assert secret_file(path, filetypes.PDF, "a.pdf") is (words == STAMP)


@both
def test_the_other_properties_of_a_pdf(tmp_path: Path, words: str) -> None:
    path = tmp_path / "a.pdf"
    xmp = f'<x:a xmlns:x="urn:x"><x:title><x:li>{words}</x:li></x:title><x:creator><x:li>MẬT</x:li></x:creator></x:a>'
    for own in (True, False):
        writer = PdfWriter()
        writer.add_page(PdfReader(BytesIO(pdf(["BÁO CÁO"]))).pages[0])
        if own:
            writer.add_metadata({"/Nhan": words, "/Author": "MẬT"})
        else:
            data = DecodedStreamObject()
            data.set_data(xmp.encode())
            writer.root_object[NameObject("/Metadata")] = writer._add_object(data)
        writer.write(path)
        assert secret_file(path, filetypes.PDF, "a.pdf") is (words == STAMP)


def turned(lines: list[str], matrix: str) -> bytes:
    """The page with each of its letters set by itself, along a line that is turned."""
    page = pdf(lines)
    begin, end = page.index(b"BT /F1"), page.index(b"ET\nendstream")
    words = [piece.split(b">")[0] for piece in page[begin:end].split(b"<")[1:]]
    across, up, back, on = (float(part) for part in matrix.split())
    shown = b"BT /F1 12 Tf "
    for line, word in enumerate(words):
        for at in range(0, len(word), 2):
            x, y = 200 + at * 4 * across + line * 30 * back, 400 + at * 4 * up - line * 30 * on
            place = f"{matrix} {x:.1f} {y:.1f} Tm <{word[at : at + 2].decode()}> Tj "
            shown += place.encode()
    return page[:begin] + shown + page[end:]


@pytest.mark.parametrize("matrix", ["1 0 0 1", "0 1 -1 0", "0 -1 1 0", "-1 0 0 -1", ".7 .7 -.7 .7"])
@both
def test_a_stamp_whose_letters_are_set_and_turned_one_by_one(tmp_path: Path, matrix: str, words: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(turned(["BÁO CÁO", words], matrix))
    assert secret_file(path, filetypes.PDF, "a.pdf") is (words == STAMP)


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def counted(words: str) -> bytes:
    return struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")


def strings(*words: str) -> bytes:
    return struct.pack("<II", len(words), len(words)) + b"".join(map(counted, words))


LONG = "Việc phải làm của chi bộ trong tháng mười một năm nay"


@both
@pytest.mark.parametrize(
    "place", ["strings", "broken off", "rich", "cell", "header", "sheet name", "box", "formula"]
)
def test_every_place_of_an_old_workbook(tmp_path: Path, place: str, words: str) -> None:
    raw = words.encode("utf-16-le")
    records = {
        "strings": record(0xFC, strings(LONG, words, LONG)),
        "broken off": record(0xFC, strings(LONG, words)[:-6])
        + record(0x3C, b"\1" + raw[-6:] + counted(LONG)),
        "rich": record(
            0xFC,
            struct.pack("<II", 2, 2)
            + struct.pack("<HBH", len(words), 9, 1)
            + raw
            + b"\0" * 4
            + counted(LONG),
        ),
        "cell": record(0x0204, b"\0" * 6 + counted(words)),
        "header": record(0x0014, counted(f'&C&"Arial,Bold"&14{words}')),
        "sheet name": record(0x0085, b"\0" * 6 + bytes([len(words), 1]) + raw),
        "box": record(0x01B6, b"\0" * 18) + record(0x3C, b"\1" + raw),
        "formula": record(0x0207, counted(words)),
    }
    path = tmp_path / "a.xls"
    path.write_bytes(compound("Workbook", record(0x0809, b"\0" * 16) + records[place]))
    assert filetypes.sniff_type(path) == filetypes.XLS
    assert secret_file(path, filetypes.XLS, "a.xls") is (words == STAMP)


@both
def test_an_old_workbook_whose_storage_is_broken_is_read_as_it_lies_there(tmp_path: Path, words: str) -> None:
    path = tmp_path / "a.xls"
    head = bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le") + b"\0" * 60
    path.write_bytes(head + words.encode("utf-16-le") + b"\0" * 600)
    assert filetypes.sniff_type(path) == filetypes.XLS
    assert secret_file(path, filetypes.XLS, "a.xls") is (words == STAMP)


def test_a_workbook_under_a_password_cannot_be_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(compound("Workbook", record(0x0809, b"\0" * 16) + record(0x002F, b"\0" * 54)))
    with pytest.raises(Invalid, match="file_encrypted"):
        secret_file(path, filetypes.XLS, "a.xls")


@both
@pytest.mark.parametrize("kind", [0x0FA0, 0x0FBA])
def test_the_texts_of_old_slides(tmp_path: Path, kind: int, words: str) -> None:
    raw = f"Chuyên đề\r{words}".encode("utf-16-le")
    path = tmp_path / "a.ppt"
    path.write_bytes(
        compound("PowerPoint Document", struct.pack("<HHI", 0, kind, len(raw)) + raw + b"\0" * 90)
    )
    assert filetypes.sniff_type(path) == filetypes.PPT
    assert secret_file(path, filetypes.PPT, "a.ppt") is (words == STAMP)


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-8-sig"])
@both
def test_tables_of_text_in_each_encoding(tmp_path: Path, code: str, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a;b\n1;{words}\n", code)
    assert secret_file(path, filetypes.CSV, "a.csv") is (words == STAMP)


@pytest.mark.parametrize(
    "raw",
    [
        "MẬT".encode("cp1258", "ignore").replace(b"MT", b"M\xc2\xf2T"),  # Â and the dot below it
        "TUYÖT MËT".encode("latin-1"),  # TCVN3
        "TOÁI MAÄT".encode("latin-1"),  # VNI
    ],
)
def test_tables_of_text_from_before_unicode(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;b\n1;" + raw + b"\n")
    assert secret_file(path, filetypes.CSV, "a.csv")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("M\nẬ\nT", True),
        ("T\nỐ\nI\nM\nẬ\nT\nngày 5", True),
        ("B\nÍ\nM\nẬ\nT", False),
        ("MẬ\nT", True),
        ("BẢO VỆ BÍ    MẬT", False),
        ("B Í    M Ậ T", False),
        ("12    Lò Văn    Mật    1990", False),
        ("ĐẢNG BỘ    MẬT    Số 3", True),
        ("Tuyệt mật\nTối mật\nMật", False),
        ("MẬT\nTỐI MẬT\nTUYỆT MẬT", False),
        ("TUYỆT MẬT\nBÁO CÁO\nvề công tác", True),
        ("Thôn Mật", False),
        ("Đồng chí Mật", False),
        ("Mật khẩu", False),
        ("MẬT\nKHẨU", False),
        ("MẬT\nKHẨN", True),
        ("MẬT\nONG\nRỪNG", False),
        ("bí mật kinh doanh", False),
        ("BÍ MẬT KINH DOANH", False),
        ("mật ong", False),
        ("mật độ dân số", False),
    ],
)
def test_lines_beside_one_another(text: str, secret: bool) -> None:
    assert bears_secrecy_stamp(text) is secret


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Đơn của Lò Thị Mật.docx", False),
        ("Nguyễn Văn Mật.pdf", False),
        ("Báo cáo thôn Mật.docx", False),
        ("Báo cáo Thôn Mật.docx", False),
        ("Bí mật kinh doanh.docx", False),
        ("Báo cáo Mật.docx", True),
        ("Văn bản Mật.docx", True),
        ("Nguyễn Văn MẬT.pdf", True),
        ("Kế hoạch Tối Mật.docx", True),
    ],
)
def test_names_of_people_and_villages_in_file_names(name: str, secret: bool) -> None:
    assert stamped_name(name) is secret


@pytest.mark.parametrize("seed", range(3))
def test_bytes_that_are_no_text_bear_no_stamp(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(doc(random.Random(seed).randbytes(60_000), shift=12))
    assert not secret_file(path, filetypes.DOC, "a.doc")
    for noise in ("(¢m&ë<T~", "$mËT", "M%Ë&T", "#MËT"):
        assert not bears_secrecy_stamp(noise)
