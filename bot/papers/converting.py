"""Turns a DOCX into a PDF by LibreOffice, where it is installed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 60


class NotConverted(Exception):
    """LibreOffice was there, and no PDF came out of it in time."""


class NoConverter(NotConverted):
    """LibreOffice is not installed on this machine."""


def find_converter() -> str | None:
    """The program that converts; None where there is none, or where it came without what opens Word files."""
    return next((found for found in map(shutil.which, PROGRAMS) if found and _opens_word(found)), None)


def _opens_word(program: str) -> bool:
    """LibreOffice's packages put what each part can do beside the program. Where that is not to be seen, it is trusted."""
    parts = Path(program).resolve().parent.parent / "share" / "registry"
    return not parts.is_dir() or (parts / "writer.xcd").is_file()


def to_pdf(docx: Path, folder: Path, *, seconds: float = SECONDS) -> Path:
    """Writes the PDF of `docx` into `folder`, under its name, and answers its path.

    It takes some seconds, up to `seconds`: not for a transaction. Each call has a profile of its own, so that two may run
    at once. Raises NoConverter, NotConverted.
    """
    program = find_converter()
    if program is None:
        raise NoConverter("no soffice on the path")
    target = folder / f"{docx.stem}.pdf"
    with tempfile.TemporaryDirectory(prefix="soffice-") as profile, tempfile.TemporaryDirectory() as out:
        command = [
            *(program, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore"),
            *("--convert-to", "pdf:writer_pdf_Export", "--outdir", out, str(docx)),
        ]
        output = _run(command, seconds)
        made = Path(out) / target.name
        if not made.is_file() or made.stat().st_size == 0:
            raise NotConverted(output[-500:])
        shutil.move(made, target)
    return target


def in_form(docx: Path, folder: Path, form: str) -> tuple[Path, str]:
    """The paper as "docx" or "pdf", in `folder`; and why it is no PDF although one was asked for: "none" (there is no
    LibreOffice), "failed", else ""."""
    if form != "pdf":
        return docx, ""
    try:
        return to_pdf(docx, folder), ""
    except NoConverter:
        return docx, "none"
    except NotConverted:
        return docx, "failed"


def _run(command: list[str], seconds: float) -> str:
    """Its output; soffice is a script that starts another program, so that both are ended when time is up."""
    with subprocess.Popen(  # noqa: S603 - our own command, no shell
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise NotConverted(f"not done in {seconds} seconds") from None
    return output
