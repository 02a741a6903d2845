"""DKIM signatures (RFC 6376), by dkimpy.

Everything in the header is signed, and what may stand there once is signed once more than it does,
so that nobody can add a second one. RFC 8058 wants List-Unsubscribe and -Post among them. No
signature runs out (`x=`): a mail may lie in a queue for days.
"""

from __future__ import annotations

import re

import dkim
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

__all__ = ["Signer"]

_FEWEST_BITS = 1024  # RFC 8301: what receivers have to verify; 2048 is what one should have
_ONCE = (
    *("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To"),
    *("References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    *("Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"),
)
_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
_FORM = (b"relaxed", b"relaxed")  # a server that folds a header anew breaks nothing


class Signer:
    """Signs messages for one domain and selector.

    Raises:
        ValueError: the key is no private RSA key in PEM, is locked, or is too short; the sentence
            never holds any of it.
    """

    def __init__(self, domain: str, selector: str, key: str) -> None:
        self._domain = domain.encode()
        self._selector = selector.encode()
        self._key = _checked(key)

    def __call__(self, payload: bytes) -> bytes:
        """The message with its signature before it, of which every byte behind is the same."""
        head = payload.partition(b"\r\n\r\n")[0]
        present = [found.lower() for found in _NAME.findall(head)]
        signature = dkim.sign(
            payload,
            self._selector,
            self._domain,
            self._key,
            canonicalize=_FORM,
            include_headers=[*present, *(name.lower().encode() for name in _ONCE)],
            linesep=b"\r\n",
        )
        return bytes(signature) + payload


def _checked(text: str) -> bytes:
    """The key in the one form that the library reads, whatever form of PEM it was in."""
    try:
        key = load_pem_private_key(text.strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("its key is no private key in PEM that can be read") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("its key is no RSA key; DKIM is signed by RSA here")
    if key.key_size < _FEWEST_BITS:
        raise ValueError(f"its key has {key.key_size} bits; expected 2048")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
