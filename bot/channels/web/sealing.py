"""Encrypts what is pushed for one device alone (RFC 8291, aes128gcm of RFC 8188), and signs for this installation (VAPID, RFC 8292)."""

import base64
import json
import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD = 4096
"""Bytes of the one record; a push service need not take more."""
MOST_PLAIN = RECORD - 86 - 17
"""What is left beside the header, the padding's sign and the tag."""
POINT, SECRET, SALT = 65, 16, 16
SIGNED_FOR = timedelta(hours=12)
CURVE = ec.SECP256R1()


def decoded(text: str) -> bytes:
    """base64url, with or without padding. Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def fits_device(p256dh: str, auth: str) -> bool:
    """Whether these are keys of a device: a point of P-256 and 16 bytes."""
    try:
        point = decoded(p256dh)
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        return len(point) == POINT and len(decoded(auth)) == SECRET
    except ValueError:
        return False


def seal(
    plain: bytes,
    p256dh: str,
    auth: str,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes = b"",
) -> bytes:
    """The body of one push; `own` and `salt` are fresh for each, and given by nobody but the RFC's example."""
    if len(plain) > MOST_PLAIN:
        raise ValueError(f"more than {MOST_PLAIN} bytes")
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(SALT)
    theirs, ours = decoded(p256dh), _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
    keyed = _derived(shared, decoded(auth), b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(keyed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(keyed, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, plain + b"\2", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


class Vapid:
    """The key by which push services know this installation; `subject` is where its keeper is found, an https address."""

    def __init__(self, pem: str, subject: str) -> None:
        key = serialization.load_pem_private_key(pem.encode(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("no key of an elliptic curve")
        self._key, self._subject = key, subject
        self.public = encoded(_point(key.public_key()))
        """What a browser is given when it subscribes."""

    def authorization(self, endpoint: str, at: datetime) -> str:
        """The header of one push: a JWT (ES256) for that push service alone."""
        address = urlsplit(endpoint)
        claims = {
            "aud": f"{address.scheme}://{address.netloc}",
            "exp": int((at + SIGNED_FOR).timestamp()),
            "sub": self._subject,
        }
        said = ".".join(
            encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        r, s = utils.decode_dss_signature(self._key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
        signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={said}.{signature}, k={self.public}"


def new_vapid_key() -> str:
    """A private key as PEM."""
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    made = ec.generate_private_key(CURVE)
    return made.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain).decode()
