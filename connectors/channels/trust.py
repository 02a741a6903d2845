"""Whose certificates are believed: what this machine believes, for mail and webhooks alike."""

from __future__ import annotations

import ssl

__all__ = ["any_certificate", "system_trust"]


def system_trust() -> ssl.SSLContext:
    """The certificate authorities of the system, and the name must match."""
    return ssl.create_default_context()


def any_certificate() -> ssl.SSLContext:
    """Encryption to whoever answers: for a channel that says `verify: false` out loud."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
