"""`python -m bot summary …`: from a province to a centre, and what is refused in a sentence."""

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tests.kit.cli import UNITS, run

At = Callable[[str], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> At:
    """Makes an installation the one that commands speak to."""
    monkeypatch.chdir(tmp_path)

    def go(name: str) -> None:
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/{name}/chibo.db")
        monkeypatch.setenv("FILES_URL", str(tmp_path / name / "files"))

    return go


def _printed(*words: str | Path, code: int = 0) -> str:
    return run("summary", *words, code=code).output


def _key() -> tuple[str, str]:
    """The key, and its fingerprint as it is read out."""
    lines = _printed("key").splitlines()
    return lines[0].removeprefix("key: "), lines[1].removeprefix("Vân tay khóa: ")


@contextmanager
def _hour(monkeypatch: pytest.MonkeyPatch, text: str) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr("bot.commands.summaries.utc_now", lambda: datetime.fromisoformat(text))
        yield


def test_from_a_province_to_the_centre(at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at("province")
    run("units", "import", UNITS)
    with _hour(monkeypatch, "2022-05-10T03:00:00+00:00"):
        said = _printed("export", "old.json")
    assert "số liệu của 14 đơn vị (12 chi bộ) từ 01/4/2021" in said
    assert "không có tên người" in said
    with _hour(monkeypatch, "2022-05-11T03:00:00+00:00"):
        _printed("export", "new.json")
    assert stat.S_IMODE((tmp_path / "new.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "new.json").read_text("utf-8"))["summary"]["cells"] == 12
    key, read_out = _key()
    assert _key() == (key, read_out)
    at("centre")
    with _hour(monkeypatch, "2022-05-12T03:00:00+00:00"):
        refused = _printed("import", "new.json", code=1)
        assert f"Chưa biết nơi gửi có vân tay khóa {read_out}" in refused
        assert f'summary trust "TÊN ĐỊA PHƯƠNG" {key}' in refused
        assert "Chưa nhận số liệu của nơi nào" in _printed("places")
        assert read_out in _printed("trust", "Tỉnh ủy A", key)
        assert f"Tỉnh ủy A | {read_out} | chưa báo lên" in _printed("places")
        assert "Đã nhận số liệu của Tỉnh ủy A, lấy lúc 10h00 thứ Tư 11/5/2022" in _printed(
            "import", "new.json"
        )
        assert "đã nhận rồi, không có gì thay đổi" in _printed("import", "new.json")
        stale = _printed("import", "old.json", code=1)
    assert "lấy lúc 10h00 thứ Ba 10/5/2022, cũ hơn số liệu đã nhận (lúc 10h00 thứ Tư 11/5/2022)" in stale
    assert "số liệu lúc 10h00 thứ Tư 11/5/2022" in _printed("places")
    with _hour(monkeypatch, "2022-05-01T03:00:00+00:00"):
        at("third")
        _printed("trust", "A", key)
        assert "sau giờ hiện tại" in _printed("import", "new.json", code=1)
    at("centre")
    assert "Đã thôi nhận số liệu của Tỉnh ủy A" in _printed("distrust", "Tỉnh ủy A")
    assert "Chưa nhận số liệu của nơi nào" in _printed("distrust", "Tỉnh ủy A", code=1)


def test_what_is_wrong_with_a_file_is_said(at: At, tmp_path: Path) -> None:
    at("province")
    _printed("export", "whole.json")
    text = (tmp_path / "whole.json").read_text("utf-8")
    for changed, sentence in (
        (text[: len(text) // 2], "đã bị cắt mất một phần"),
        (text.replace('"units": 0', '"units": 9'), "đã bị sửa sau khi ký"),
        (text.replace('"format": 1', '"format": 2'), "do một bản trợ lý mới hơn ghi"),
        (" " * 8_000_001 + text, "không phải số liệu báo lên"),
    ):
        (tmp_path / "changed.json").write_text(changed, "utf-8")
        assert sentence in _printed("import", "changed.json", code=1)
    assert "Không có tệp này" in _printed("import", "none.json", code=1)
    assert "Chưa ghi được tệp" in _printed("export", "none/x.json", code=1)
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["changed.json", "whole.json"]
    assert not list(tmp_path.glob("tmp*"))


def test_what_is_wrong_with_a_key_or_a_name_is_said(at: At) -> None:
    at("province")
    key, _ = _key()
    assert "khóa của chính nơi này" in _printed("trust", "A", key, code=1)
    at("centre")
    assert "chép nguyên dòng key" in _printed("trust", "A", key[:-2], code=1)
    assert "từ 1 đến 120 chữ" in _printed("trust", " ", key, code=1)
    _printed("trust", "A", key)
    _printed("trust", "B", "ab" * 32)
    assert "Khóa này đã là của A, còn “B” đã có khóa khác" in _printed("trust", "B", key, code=1)
    assert "Không có nơi nào tên “C”. Đang nhận số liệu của: A, B." in _printed("distrust", "C", code=1)
