"""Photographs of 12 MP made into one PDF: peak memory above the idle program, against Pillow's own way with all of them."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from PIL import Image, ImageDraw, ImageFont

from benchmarks.children import Api, child
from benchmarks.figures import Row
from benchmarks.grounds import Grounds
from bot.reports.scans import make_pdf

PHOTOGRAPH = (4000, 3000)
MANY = 30
MEBIBYTE = 2**20
STILL = 0.5
"""Seconds for which the child keeps still before it begins, so that the idle program can be measured."""


def measure(_grounds: Grounds, _api: Api) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        photograph(Path(folder) / "page.jpg")
        one, _, _ = peak(folder, "ours", 1)
        many, seconds, size = peak(folder, "ours", MANY)
        plain, plainly, _ = peak(folder, "pillow", MANY)
    yield Row("scans.1.peak_mib", "peak above idle, 1 photograph", one, "MiB")
    yield Row(
        f"scans.{MANY}.peak_mib",
        f"peak above idle, {MANY} photographs",
        many,
        "MiB",
        plain,
        "Image.save(save_all=True)",
    )
    yield Row(
        f"scans.{MANY}.s",
        f"{MANY} photographs to one PDF",
        seconds,
        "s",
        plainly,
        "Image.save(save_all=True)",
    )
    yield Row(f"scans.{MANY}.pdf_mib", f"the PDF of {MANY} photographs", size, "MiB")


def photograph(path: Path) -> None:
    """A sheet of writing with the grain of a phone's camera."""
    grain = Image.effect_noise(PHOTOGRAPH, 12).convert("RGB")
    picture = Image.blend(Image.new("RGB", PHOTOGRAPH, (225, 220, 205)), grain, 0.15)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(64)
    for line in range(200, PHOTOGRAPH[1] - 200, 110):
        pen.text((250, line), f"{line * 7919:08} abcdeghiklmnopqrstuvxy " * 3, (30, 30, 60), font)
    picture.save(path, "JPEG", quality=90)


def peak(folder: str, way: str, count: int) -> tuple[float, float, float]:
    """MiB above the idle process at the most, the seconds it took, MiB of the PDF."""
    with child(["-m", "benchmarks.scans", folder, way, str(count)], {}) as process:
        assert process.stdout is not None
        process.stdout.readline()
        running = psutil.Process(process.pid)
        idle = most = running.memory_info().rss
        began = time.perf_counter()
        while process.poll() is None:
            try:
                most = max(most, running.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.002)
        seconds = time.perf_counter() - began - STILL
    size = (Path(folder) / "pages.pdf").stat().st_size
    return (most - idle) / MEBIBYTE, seconds, size / MEBIBYTE


def run(folder: str, way: str, count: str) -> None:
    """What the child does."""
    page, target = Path(folder) / "page.jpg", Path(folder) / "pages.pdf"
    print("ready", flush=True)
    time.sleep(STILL)
    if way == "ours":
        make_pdf([page] * int(count), target)
        return
    pictures = [Image.open(page) for _ in range(int(count))]
    pictures[0].save(target, "PDF", save_all=True, append_images=pictures[1:], quality=80)


if __name__ == "__main__":
    run(*sys.argv[1:])
