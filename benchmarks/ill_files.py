"""PDFs of a few kilobytes that cost whoever reads them a minute of processor time."""

LEVELS = 22
"""Each form shows the next one twice: 2**22 readings of the last."""
FONT = b"/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
CALLS = 68_000
"""So often the page of the long one shows a small form: 486 KB."""


def doubling_pdf() -> bytes:
    """Forms within forms."""
    forms = [
        _form(b"/X Do /X Do", FONT + b"/XObject << /X %d 0 R >>" % (number + 1))
        for number in range(5, 5 + LEVELS)
    ]
    return _document(b"/X Do", [*forms, _form(b"BT /F 9 Tf (a) Tj ET", FONT)])


def long_pdf() -> bytes:
    """One page that shows the same form again and again."""
    return _document(b"/X Do\n " * CALLS, [_form(b"BT /F 9 Tf (a) Tj ET\n" * 250, FONT)])


def _form(content: bytes, resources: bytes) -> bytes:
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << %s >> /Length %d >>"
    return head % (resources, len(content)) + b"\nstream\n" + content + b"\nendstream"


def _document(content: bytes, forms: list[bytes]) -> bytes:
    """The page's /X is object 5, the first of `forms`."""
    resources = b"/Resources << %s /XObject << /X 5 0 R >> >>" % FONT
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R %s >>" % resources,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *forms,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + head + table + tail
