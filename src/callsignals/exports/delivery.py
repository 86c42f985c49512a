"""One signed message to a webhook, tried again until it is accepted or there is no hope.

Source: Standard Webhooks specification 1.0 (headers ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``:
``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``); retries with exponential back-off and full jitter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from callsignals.errors import OutputError, UsageError
from callsignals.exports.target import UNREACHED

__all__ = ["Pace", "Webhook", "signature", "webhook_key"]

_SECRET_PREFIX = "whsec_"
_SHORTEST_KEY_BYTES = 24
_ATTEMPTS = 6
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
_LONGEST_ASKED_WAIT_S = 900.0
_RETRIED = frozenset({408, 425, 429})
_HOW_TO_MAKE = (
    "Make one with: python -c \"import base64, secrets; print('whsec_' + "
    'base64.b64encode(secrets.token_bytes(32)).decode())"'
)


@dataclass(frozen=True, slots=True)
class Pace:
    """What is not the same twice: the clock, waiting, and chance; tests bring their own.

    Attributes:
        clock: seconds since 1970.
        sleep: waits so many seconds.
        chance: a number from 0 to 1.
    """

    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


def webhook_key(secret: str | None, variable: str) -> bytes:
    """The signing key in a secret: base64 behind ``whsec_``, else the text itself.

    Args:
        secret: what the environment variable holds.
        variable: its name, for the message.

    Raises:
        UsageError: there is none, or it is too short to be secret; the message does not show it.
    """
    if not secret:
        raise UsageError(f"environment variable {variable}", "is not set, but events are signed with it", _HOW_TO_MAKE)
    try:
        encoded = secret.removeprefix(_SECRET_PREFIX)
        key = base64.b64decode(encoded, validate=True) if encoded != secret else secret.encode("utf-8")
    except binascii.Error:
        raise UsageError(f"environment variable {variable}", "is not base64 after whsec_", _HOW_TO_MAKE) from None
    if len(key) < _SHORTEST_KEY_BYTES:
        raise UsageError(
            f"environment variable {variable}", f"holds fewer than {_SHORTEST_KEY_BYTES} bytes", _HOW_TO_MAKE
        )
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``."""
    signed = f"{message_id}.{timestamp}.".encode("ascii") + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where messages go.

    Attributes:
        client: of httpx; must not follow redirects.
        address: with all its secrets.
        shown: the same for people.
        key: for signatures.
        pace: clock and waiting.
    """

    client: httpx.Client
    address: str
    shown: str
    key: bytes
    pace: Pace = Pace()

    def post(self, message_id: str, body: bytes, content_type: str) -> None:
        """Deliver one message; returns when it was accepted with a 2xx answer.

        Raises:
            OutputError: it was refused, or not accepted after all attempts; code ``unreached`` when no attempt came
                so far as to send anything.
        """
        may_have_arrived = False
        why = ""
        for attempt in range(1, _ATTEMPTS + 1):
            asked_wait_s: float | None = None
            try:
                response = self._send(message_id, body, content_type)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
                why = f"cannot be reached ({type(error).__name__})"
            except httpx.TransportError as error:
                may_have_arrived, why = True, f"broke off ({type(error).__name__})"
            else:
                if response.is_success:
                    return
                may_have_arrived, why = True, f"answered {response.status_code}"
                self._check_hope(response)
                asked_wait_s = _retry_after_s(response, self.pace.clock())
            if attempt < _ATTEMPTS:
                self.pace.sleep(self._wait_s(attempt, asked_wait_s))
        raise OutputError(
            self.shown,
            f"{why} {_ATTEMPTS} times in a row",
            "Run the same export again later: it goes on with what was not accepted.",
            code="not_delivered" if may_have_arrived else UNREACHED,
        )

    def _send(self, message_id: str, body: bytes, content_type: str) -> httpx.Response:
        timestamp = int(self.pace.clock())
        headers = {
            "content-type": content_type,
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self.key, message_id, timestamp, body),
        }
        return self.client.post(self.address, content=body, headers=headers)

    def _check_hope(self, response: httpx.Response) -> None:
        status = response.status_code
        if response.is_redirect:
            raise OutputError(
                self.shown,
                f"answered {status}, a redirect, which is not followed",
                "Give the address that it leads to, if it is yours.",
                code="redirected",
            )
        if not (response.is_server_error or status in _RETRIED):
            raise OutputError(
                self.shown,
                f"refused the events with {status}",
                "Check the address and that the receiver knows the secret.",
                code="refused",
            )

    def _wait_s(self, attempt: int, asked_wait_s: float | None) -> float:
        if asked_wait_s is None:
            return self.pace.chance() * min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0**attempt)
        if asked_wait_s > _LONGEST_ASKED_WAIT_S:
            raise OutputError(
                self.shown,
                f"asks to wait for {asked_wait_s:.0f} s",
                "Run the same export again then: it goes on with what was not accepted.",
                code="not_delivered",
            )
        return asked_wait_s


def _retry_after_s(response: httpx.Response, now: float) -> float | None:
    """Seconds that ``Retry-After`` asks for, a number or a date (RFC 9110, section 10.2.3)."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError):
        return None
