"""A push service in the place of the browsers' own: takes what RFC 8030, 8291 and 8292 allow, and opens it as a device would."""

import base64
import json
import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.channels.web.services import Handed

CURVE = ec.SECP256R1()
TOKEN = re.compile(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)")
LONGEST_BODY = 4096


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _hmac(key: bytes, data: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


@dataclass
class Device:
    """A browser's subscription, with the key that never leaves it."""

    endpoint: str = field(default_factory=lambda: f"https://push.example/{uuid.uuid4().hex}")
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: uuid.uuid4().bytes)

    @property
    def point(self) -> bytes:
        plain = serialization.PublicFormat.UncompressedPoint
        return self.key.public_key().public_bytes(serialization.Encoding.X962, plain)

    def subscription(self) -> dict[str, Any]:
        """As PushSubscription.toJSON gives it."""
        keys = {"p256dh": packed(self.point), "auth": packed(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def open(self, body: bytes) -> bytes:
        """RFC 8291, section 3.4, step by step; one record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert length == 65
        assert 18 <= len(sealed) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        keyed = _hmac(_hmac(self.auth, shared), b"WebPush: info\0" + self.point + theirs + b"\1")
        pseudo = _hmac(salt, keyed)
        key = _hmac(pseudo, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = _hmac(pseudo, b"Content-Encoding: nonce\0\1")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\2")
        return plain[:-1]


@dataclass(frozen=True)
class Taken:
    """One push as its device reads it."""

    device: Device
    headers: Mapping[str, str]
    word: dict[str, Any]


@dataclass
class PushService:
    """`answers` come first, one for each push; ConnectionError among them is no answer; then all is taken."""

    host: str = "push.example"
    devices: dict[str, Device] = field(default_factory=dict)
    answers: deque[Handed | ConnectionError] = field(default_factory=deque)
    taken: list[Taken] = field(default_factory=list)
    tried: int = 0
    clock: Callable[[], float] = time.time

    def device(self) -> Device:
        made = Device(f"https://{self.host}/{uuid.uuid4().hex}")
        self.devices[made.endpoint] = made
        return made

    async def hand_over(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> Handed:
        self.tried += 1
        check_headers(endpoint, headers, self.clock())
        assert len(body) <= LONGEST_BODY
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, ConnectionError):
            raise answer
        if answer is not None and not 200 <= answer.status < 300:
            return answer
        device = self.devices.get(endpoint)
        if device is None:
            return Handed(410)
        self.taken.append(Taken(device, headers, json.loads(device.open(body))))
        return Handed(201)


def check_headers(endpoint: str, headers: Mapping[str, str], now: float) -> None:
    """What a push service refuses: RFC 8030 (TTL, Topic, Urgency), RFC 8292 (the token and who signed it)."""
    assert 0 <= int(headers["TTL"]) <= 24 * 3600
    assert re.fullmatch(r"[\w-]{1,32}", headers["Topic"])
    assert headers["Urgency"] in ("very-low", "low", "normal", "high")
    assert headers["Content-Encoding"] == "aes128gcm"
    found = TOKEN.fullmatch(headers["Authorization"])
    assert found
    head, claims = (json.loads(unpacked(part)) for part in found.groups()[:2])
    address = urlsplit(endpoint)
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims["aud"] == f"{address.scheme}://{address.netloc}"
    assert now < claims["exp"] <= now + 24 * 3600
    assert claims["sub"].startswith("https://")
    signature = unpacked(found[3])
    assert len(signature) == 64
    signed = utils.encode_dss_signature(
        *(int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    )
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unpacked(found[4]))
    key.verify(signed, f"{found[1]}.{found[2]}".encode(), ec.ECDSA(hashes.SHA256()))
