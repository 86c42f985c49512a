"""New and changed signals as batches of CloudEvents to an address that the user names.

Source: CloudEvents 1.0, HTTP protocol binding, batched content mode (``application/cloudevents-batch+json``).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from callsignals.errors import UsageError
from callsignals.exports.delivered import DeliveredEvents
from callsignals.exports.delivery import Pace, Webhook, webhook_key
from callsignals.exports.events import signal_lines
from callsignals.exports.finished import FinishedRun
from callsignals.exports.target import ExportOptions, ExportReport, Target, is_loopback

__all__ = ["SECRET_VARIABLE", "deliver", "export_webhook"]

SECRET_VARIABLE = "CALLSIGNALS_WEBHOOK_SECRET"
"""The environment variable that holds the secret unless the user names another."""

_CONTENT_TYPE = "application/cloudevents-batch+json; charset=utf-8"
_MOST_EVENTS = 500
_MOST_BYTES = 512 * 1024
_TIMEOUT_S = 30.0


def export_webhook(run: FinishedRun, target: Target, options: ExportOptions) -> ExportReport:
    """Send what the receiver has not accepted yet; see :func:`deliver`."""
    variable = options.secret_variable or SECRET_VARIABLE
    key = webhook_key(os.environ.get(variable), variable)
    return deliver(run, target, key, Pace())


def deliver(run: FinishedRun, target: Target, key: bytes, pace: Pace) -> ExportReport:
    """Send, in the order of ``signals.jsonl``, every event whose id this address has not accepted yet.

    Args:
        run: the finished results.
        target: an ``https://`` address, or ``http://`` of this machine.
        key: for signatures.
        pace: clock and waiting.

    Raises:
        InputError: the results cannot be read.
        OutputError: the receiver refuses, or cannot be reached; what it accepted is noted.
    """
    if urlsplit(target.address).scheme.lower() != "https" and not is_loopback(target.address):
        raise UsageError(f"--to {target.shown}", "is not encrypted", "Give the https:// address.")
    delivered = DeliveredEvents(run.out, target.address)
    counts = {"sent": 0, "batches": 0, "known": 0}
    current: list[str] = []

    def waiting() -> Iterator[tuple[str, str]]:
        for line in signal_lines(run):
            event_id = json.loads(line)["id"]
            current.append(event_id)
            if event_id in delivered:
                counts["known"] += 1
            else:
                yield event_id, line

    # What the environment says of proxies is for the network, not for this machine.
    with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=not is_loopback(target.address)) as client:
        webhook = Webhook(client, target.address, target.shown, key, pace)
        for ids, body in _batches(waiting()):
            webhook.post(f"msg_{hashlib.sha256(body).hexdigest()[:32]}", body, _CONTENT_TYPE)
            delivered.add(ids)
            counts["sent"] += len(ids)
            counts["batches"] += 1
    delivered.keep_only(current)
    return ExportReport(target=target.shown, counts=counts)


def _batches(events: Iterator[tuple[str, str]]) -> Iterator[tuple[list[str], bytes]]:
    """Ids and body of each message; the same events in the same order give the same messages."""
    ids: list[str] = []
    lines: list[bytes] = []
    size = 0
    for event_id, line in events:
        encoded = line.encode("utf-8")
        if ids and (len(ids) == _MOST_EVENTS or size + len(encoded) > _MOST_BYTES):
            yield ids, b"[" + b",".join(lines) + b"]"
            ids, lines, size = [], [], 0
        ids.append(event_id)
        lines.append(encoded)
        size += len(encoded) + 1
    if ids:
        yield ids, b"[" + b",".join(lines) + b"]"
