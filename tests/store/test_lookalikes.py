"""A stamp is found in every spelling that looks like it; the word in ordinary sentences is none, however it is spelled."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import lookalikes
from bot.store.secrecy import bears_secrecy_stamp, stamped_name

DEGREES = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")
ALIKE = {
    "M": "M\u039c\u041c\u043c\uff2d\u216f\U0001d40c\u24c2\U0001f17c\u1d0d",
    "A": "A\u0391\u0410\uff21\U0001d400\u24b6\u13aa",
    "T": "T\u03a4\u0422\u0442\uff34\U0001d413\u24c9\u1d1b",
    "O": "O\u039f\u041e\uff2f\U0001d40e\u24c4\U0001f15e",
    "I": "I\u0399\u0406\u04c0\uff29\u2160\U0001d408\u24be",
    "U": "U\u054d\uff35\U0001d414\u24ca\U0001f1fa",
    "Y": "Y\u03a5\u0423\u04ae\uff39\U0001d418\u24ce",
    "E": "E\u0395\u0415\uff25\U0001d404\u24ba",
}
UNSEEN = (
    "",
    "",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u00ad",
    "\u2060",
    "\u034f",
    "\ufe0f",
    "\u202e",
    "\u3164",
    "\u0332",
)
GAPS = ("", " ", "  ", "\u00a0", "\u3000", "\u2009", ".", "-", "_", "\u00b7")


@st.composite
def spelled(draw: st.DrawFn, word: str) -> str:
    """The word with letters that look alike, marks in any order, unseen signs, and something between all its letters."""
    gap = draw(st.sampled_from(GAPS))
    letters = []
    for letter in word:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        like = draw(st.sampled_from(ALIKE.get(base, base)))
        written = like + draw(st.sampled_from(UNSEEN)) + "".join(draw(st.permutations(marks)))
        composed = unicodedata.normalize("NFC", written) if draw(st.booleans()) else written
        letters.append(composed + draw(st.sampled_from(UNSEEN)))
    return gap.join(letters)


@given(st.data(), st.sampled_from(DEGREES))
def test_a_stamp_is_found_however_it_is_spelled(data: st.DataObject, degree: str) -> None:
    stamp = data.draw(spelled(degree))
    assert bears_secrecy_stamp(stamp)
    assert bears_secrecy_stamp(f"ĐẢNG BỘ XÃ MẪU\n{stamp}\nBÁO CÁO")
    assert bears_secrecy_stamp(f"({stamp})")


@given(st.data(), st.sampled_from(DEGREES))
def test_a_file_name_is_found_however_it_is_spelled(data: st.DataObject, degree: str) -> None:
    assert stamped_name(data.draw(spelled(degree)) + ".docx")


ORDINARY = [
    "Chi bộ quán triệt công tác bảo vệ bí mật nhà nước.",
    "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "Giữ bí mật, không đăng lên mạng xã hội.",
    "Bí mật",
    "Quy chế bảo mật thông tin năm 2026",
    "BẢO MẬT",
    "Mật ong rừng của hợp tác xã",
    "Mật độ dân số 120 người/km2",
    "Đồng chí đổi mật khẩu ba tháng một lần",
    "Ong làm mật vào tháng 3",
    "Tài liệu tuyệt mật không gửi qua mạng.",
    "Không gửi tài liệu MẬT, TỐI MẬT, TUYỆT MẬT qua Zalo.",
    "Độ mật: Thường",
    "Mật…",
    "Vắng mặt 2, có mặt 25",
    "MẶT TRẬN TỔ QUỐC",
    "MẤT MÙA",
    "Thân mật gặp gỡ cán bộ hưu trí",
]


@pytest.mark.parametrize("sentence", ORDINARY)
def test_the_word_in_a_sentence_is_no_stamp(sentence: str) -> None:
    assert not bears_secrecy_stamp(sentence)


@given(st.data(), st.sampled_from(ORDINARY))
def test_nor_is_it_with_letters_that_look_alike(data: st.DataObject, sentence: str) -> None:
    written = "".join(
        letter if letter.islower() else data.draw(st.sampled_from(ALIKE.get(letter, letter)))
        for letter in unicodedata.normalize("NFD", sentence)
    )
    assert not bears_secrecy_stamp(written)


@pytest.mark.parametrize("stamp", ["TỐ1 MẬT", "TỐl MẬT", "мậт", "mẬT", "Ｍ Ậ Ｔ", "ＴＵＹỆＴ　ＭẬＴ"])
def test_single_spellings(stamp: str) -> None:
    assert bears_secrecy_stamp(stamp)


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("ẤắƯỡĐđ…–“”Mật\n")))
def test_ordinary_letters_stay_as_they_are(text: str) -> None:
    """They are not taken apart at all; put together with anything else they are, and come to the same."""
    if not lookalikes._ORDINARY.fullmatch(text):
        return
    assert lookalikes.fold_lookalikes(text) == text
    assert lookalikes.fold_lookalikes(text + "\u200b") == text


def test_every_ordinary_letter_is_one_that_nothing_is_done_to() -> None:
    ordinary = [char for char in map(chr, range(0x2100)) if lookalikes._ORDINARY.fullmatch(char)]
    assert len(ordinary) > 200
    for char in ordinary:
        assert lookalikes.fold_lookalikes(f"{char}\u200b") == char
