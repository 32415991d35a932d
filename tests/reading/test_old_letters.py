"""Letters of the old fonts: what was typed in them, and what it says."""

import unicodedata

import pytest

from bot.reading.old_letters import from_tcvn, from_vni

VNI = {
    "Ñaûng Coäng saûn Vieät Nam": "Đảng Cộng sản Việt Nam",
    "Chi boä Tröôøng Tieåu hoïc Nguyeãn Bænh Khieâm": "Chi bộ Trường Tiểu học Nguyễn Bỉnh Khiêm",
    "Danh saùch ñaûng vieân ñöôïc mieãn sinh hoaït": "Danh sách đảng viên được miễn sinh hoạt",
    "xaõ Myõ Ñöùc, aáp Bình Lôïi, yù kieán, quyù": "xã Mỹ Đức, ấp Bình Lợi, ý kiến, quý",
    "TUYEÄT MAÄT, TOÁI MAÄT": "TUYỆT MẬT, TỐI MẬT",
    "thuyû lôïi, hôïp taùc xaõ, khoâng, laëng, baèng, naém, baét, laém": "thuỷ lợi, hợp tác xã, không, lặng, bằng, nắm, bắt, lắm",
    "NGHÒ QUYEÁT, THÒ TRAÁN, Kyø": "NGHỊ QUYẾT, THỊ TRẤN, Kỳ",
    "Toâi ñi hoïc 5 ngaøy": "Tôi đi học 5 ngày",
    "": "",
}


@pytest.mark.parametrize("typed", VNI)
def test_vni_is_read(typed: str) -> None:
    assert from_vni(typed) == unicodedata.normalize("NFC", VNI[typed])


@pytest.mark.parametrize("plain", ["Chi bo thon 5", "abc ABC 123", "Tổ dân phố"])
def test_what_was_typed_without_marks_stays(plain: str) -> None:
    assert from_vni(plain) == plain


def test_tcvn_is_read() -> None:
    assert from_tcvn("§¶ng Céng s¶n ViÖt Nam") == "Đảng Cộng sản Việt Nam"
