"""Where a stamp is looked for in a file: every place where Office lets one stand, and the first three pages of a PDF."""

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from pypdf import PdfReader, PdfWriter

from bot.store import filetypes
from bot.store.secrecy import secret_file
from tests.kit.documents import doc, office, pdf, runs

STAMP = "TỐI MẬT"
PROPERTIES = "application/vnd.openxmlformats-package.core-properties+xml"
CUSTOM = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml"


def core(tag: str, words: str) -> str:
    return f'<c:coreProperties xmlns:c="urn:c"><c:{tag}>{words}</c:{tag}></c:coreProperties>'


OWN = '<Properties xmlns:vt="urn:vt"><property name="Nhãn"><vt:lpwstr>{}</vt:lpwstr></property></Properties>'


@pytest.mark.parametrize("words", [STAMP, "bảo vệ bí mật nhà nước"])
@pytest.mark.parametrize(
    ("name", "kind", "frame"),
    [
        ("word/header3.xml", f"{WORD}.header+xml", runs("{}")),
        ("word/footer1.xml", f"{WORD}.footer+xml", runs("{}")),
        ("word/footnotes.xml", f"{WORD}.footnotes+xml", runs("{}")),
        ("word/endnotes.xml", f"{WORD}.endnotes+xml", runs("{}")),
        ("docProps/core.xml", PROPERTIES, core("title", "{}")),
        ("docProps/core.xml", PROPERTIES, core("contentStatus", "{}")),
        ("docProps/custom.xml", CUSTOM, OWN),
    ],
)
def test_every_place_of_a_word_document(tmp_path: Path, name: str, kind: str, frame: str, words: str) -> None:
    body = (f"{filetypes.DOCX}.main+xml", runs("BÁO CÁO"))
    path = office(tmp_path / "a.docx", {"word/document.xml": body, name: (kind, frame.format(words))})
    assert secret_file(path, filetypes.DOCX, "a.docx") is (words == STAMP)


@pytest.mark.parametrize("xml", ["", "<broken", core("creator", "Mật"), core("lastModifiedBy", "Mật")])
def test_properties_that_say_nothing_are_no_fault_of_the_file(tmp_path: Path, xml: str) -> None:
    body = (f"{filetypes.DOCX}.main+xml", runs("BÁO CÁO"))
    path = office(tmp_path / "a.docx", {"word/document.xml": body, "docProps/core.xml": (PROPERTIES, xml)})
    assert not secret_file(path, filetypes.DOCX, "a.docx")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ppt/slides/slide1.xml", "slide"),
        ("ppt/slides/slide10.xml", "slide"),
        ("ppt/notesSlides/notesSlide2.xml", "notesSlide"),
        ("ppt/slideMasters/slideMaster1.xml", "slideMaster"),
    ],
)
def test_every_slide_with_its_notes_and_master(tmp_path: Path, name: str, kind: str) -> None:
    slides = {
        f"ppt/slides/slide{number}.xml": (f"{SLIDES}.slide+xml", runs("Chuyên đề")) for number in range(1, 12)
    }
    path = office(tmp_path / "a.pptx", slides)
    assert not secret_file(path, filetypes.PPTX, "a.pptx")
    office(path, slides | {name: (f"{SLIDES}.{kind}+xml", runs(STAMP))})
    assert secret_file(path, filetypes.PPTX, "a.pptx")


@pytest.mark.parametrize("place", ["cell", "header", "title", "own property", "nowhere"])
def test_every_sheet_and_the_properties_of_a_workbook(tmp_path: Path, place: str) -> None:
    path, book = tmp_path / "a.xlsx", Workbook()
    first = book.active
    assert first is not None
    for row in range(1, 400):
        first.cell(row, 1, f"Đảng viên {row}")
    for _ in range(3):
        last = book.create_sheet()
        last.append([1, 2, "Biểu tổng hợp", "bảo vệ bí mật nhà nước"])
    if place == "cell":
        last["B3"] = STAMP
        last["B4"] = "Số liệu"
        for row in range(5, 30):
            last.cell(row, 2, f"Số liệu {row}")
    elif place == "header":
        assert last.oddHeader is not None
        last.oddHeader.center.text = STAMP
    elif place == "title":
        book.properties.title = STAMP
    elif place == "own property":
        book.custom_doc_props.append(StringProperty(name="Nhãn", value=STAMP))  # type: ignore[attr-defined]
    book.save(path)
    assert secret_file(path, filetypes.XLSX, "a.xlsx") is (place != "nowhere")


def test_the_properties_of_an_odt(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("content.xml", "<o xmlns:text='urn:text'><text:p>Báo cáo</text:p></o>")
        new.writestr("meta.xml", f"<o xmlns:dc='urn:dc'><dc:title>{STAMP}</dc:title></o>")
    assert secret_file(path, filetypes.ODT, "a.odt")


def several_pages(path: Path, pages: list[list[str]], **properties: str) -> Path:
    writer = PdfWriter()
    for at, lines in enumerate(pages):
        single = path.with_stem(f"page{at}")
        single.write_bytes(pdf(lines))
        writer.add_page(PdfReader(single).pages[0])
    writer.add_metadata({f"/{key}": value for key, value in properties.items()})
    writer.write(path)
    return path


@pytest.mark.parametrize(("at", "secret"), [(0, True), (1, True), (2, True), (3, False)])
def test_the_first_three_pages_of_a_pdf(tmp_path: Path, at: int, secret: bool) -> None:
    pages = [["BÁO CÁO"], ["Phần I"], ["Phần II"], ["Phần III"]]
    pages[at] = [STAMP]
    assert secret_file(several_pages(tmp_path / "a.pdf", pages), filetypes.PDF, "a.pdf") is secret


@pytest.mark.parametrize(("key", "secret"), [("Title", True), ("Subject", True), ("Author", False)])
def test_the_properties_of_a_pdf(tmp_path: Path, key: str, secret: bool) -> None:
    path = several_pages(tmp_path / "a.pdf", [["BÁO CÁO"]], **{key: "Mật"})
    assert secret_file(path, filetypes.PDF, "a.pdf") is secret


def test_a_later_page_of_endless_drawing_does_not_cost_a_report(tmp_path: Path) -> None:
    drawing = ["Báo cáo tháng mười một " * 20] * 300
    path = several_pages(tmp_path / "a.pdf", [["BÁO CÁO"], drawing, [STAMP]])
    assert secret_file(path, filetypes.PDF, "a.pdf")
    several_pages(path, [["BÁO CÁO"], [STAMP, *drawing]])
    assert not secret_file(path, filetypes.PDF, "a.pdf")


def test_the_end_of_an_old_document_holds_its_footnotes_and_headers(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    for stamp in (STAMP, "bảo vệ bí mật nhà nước"):
        path.write_bytes(doc(("Báo cáo\r" * 12_000 + f"{stamp}\r").encode("utf-16-le"), shift=12))
        assert secret_file(path, filetypes.DOC, "a.doc") is (stamp == STAMP)
