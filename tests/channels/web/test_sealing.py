"""What is pushed is sealed for its device alone: the RFC's own example, and what a device opens."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from bot.channels.web.sealing import MOST_PLAIN, Vapid, decoded, encoded, fits_device, new_vapid_key, seal
from tests.kit.push_service import CURVE, Device, packed

PLAIN = b"When I grow up, I want to be a watermelon"
OURS, THEIRS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
"""RFC 8291, section 5 and appendix A."""


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), CURVE)


def test_the_example_of_the_rfc() -> None:
    assert encoded(seal(PLAIN, POINT, AUTH, private(OURS), decoded(SALT))) == SEALED
    device = Device("https://push.example/1", private(THEIRS), decoded(AUTH))
    assert packed(device.point) == POINT
    assert device.open(decoded(SEALED)) == PLAIN


def test_each_device_opens_its_own_alone_and_no_two_are_alike() -> None:
    one, other = Device(), Device()
    keys = one.subscription()["keys"]
    sealed = [seal("Nhắc việc".encode(), **keys) for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert [one.open(body).decode() for body in sealed] == ["Nhắc việc"] * 2
    with pytest.raises(InvalidTag):
        other.open(sealed[0])


def test_as_long_as_a_push_service_takes_and_no_longer() -> None:
    keys = Device().subscription()["keys"]
    assert len(seal(b"x" * MOST_PLAIN, **keys)) == 4096
    with pytest.raises(ValueError, match="more than"):
        seal(b"x" * (MOST_PLAIN + 1), **keys)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        ("AAAA", AUTH),
        (POINT, ""),
        (POINT, POINT),
        ("B" + "A" * 86, AUTH),
        ("%%%", AUTH),
        (POINT, "đ"),
    ],
)
def test_what_is_no_key_of_a_device(p256dh: str, auth: str) -> None:
    assert fits_device(POINT, AUTH)
    assert not fits_device(p256dh, auth)


def test_a_key_that_is_kept_stays_the_same_to_the_browsers() -> None:
    kept = new_vapid_key()
    assert Vapid(kept, "https://chibo.example").public == Vapid(kept, "https://chibo.example").public
    assert (
        Vapid(new_vapid_key(), "https://chibo.example").public != Vapid(kept, "https://chibo.example").public
    )
