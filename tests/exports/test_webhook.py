"""Signed batches of events to a receiver on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from callsignals.cli.main import main
from callsignals.errors import OutputError, UsageError
from callsignals.exports import webhook
from callsignals.exports.delivered import DeliveredEvents
from callsignals.exports.delivery import Pace, signature, webhook_key
from callsignals.exports.destinations import export_to
from callsignals.exports.finished import finished_run
from callsignals.exports.ledger import read_ledger
from callsignals.exports.target import ExportReport, parse_target
from export_results import finish
from report_results import fill_report

KEY = b"a key of thirty-two bytes, which"
SECRET = "whsec_" + base64.b64encode(KEY).decode("ascii")
NOW_S = 1_780_000_000.0


@dataclass
class Receiver:
    """Checks signatures, answers as it is told, and counts each message id once, as the documentation says."""

    address: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    accepted: dict[str, list[dict]] = field(default_factory=dict)
    before_answer: Callable[[int], None] = lambda _: None
    server: Any = None

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        self.requests.append((path, headers, body))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        if headers["webhook-signature"] != f"v1,{expected}":
            return 401, {}
        answer = self.answers.pop(0) if self.answers else (204, {})
        if answer[0] < 300:
            self.accepted.setdefault(headers["webhook-id"], json.loads(body))
        self.before_answer(len(self.requests))
        return answer

    @property
    def events(self) -> Counter[tuple[str, str]]:
        """How often each event was accepted."""
        return Counter((event["source"], event["id"]) for batch in self.accepted.values() for event in batch)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, headers = receiver.take(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    receiver.server = server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.address = f"http://127.0.0.1:{server.server_port}/hook?token=hidden"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def out(tmp_path, monkeypatch) -> Path:
    """A finished run of six calls, sent in batches of fifty."""
    monkeypatch.setattr(webhook, "_MOST_EVENTS", 50)
    return finish(fill_report(tmp_path / "out", calls=6))


@dataclass
class Waits:
    """Stands in for the clock: nobody waits."""

    waited_s: list[float] = field(default_factory=list)

    def pace(self) -> Pace:
        return Pace(clock=lambda: NOW_S + sum(self.waited_s), sleep=self.waited_s.append, chance=lambda: 0.5)


def send(out: Path, receiver: Receiver, waits: Waits | None = None) -> ExportReport:
    with finished_run(out) as run:
        return webhook.deliver(run, parse_target(receiver.address), KEY, (waits or Waits()).pace())


def written(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "signals.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_signature_is_that_of_the_published_example():
    # The test vector of the Standard Webhooks reference libraries.
    key = webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "X")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_all_events_arrive_signed_in_batches_as_they_are_written(out, receiver):
    report = send(out, receiver)
    rows = written(out)
    assert [event for batch in receiver.accepted.values() for event in batch] == rows
    assert report.counts == {"sent": len(rows), "batches": -(-len(rows) // 50), "known": 0}
    path, headers, body = receiver.requests[0]
    assert path == "/hook?token=hidden"
    assert headers["content-type"].startswith("application/cloudevents-batch+json")
    assert headers["webhook-timestamp"] == str(int(NOW_S))
    assert len(json.loads(body)) == 50


def test_a_second_export_sends_only_what_changed(out, receiver):
    send(out, receiver)
    assert send(out, receiver).counts == {"sent": 0, "batches": 0, "known": len(written(out))}
    rows = written(out)
    rows[3] |= {"id": "f" * 32, "value": 0.25}
    (out / "signals.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert send(out, receiver).counts["sent"] == 1
    assert json.loads(receiver.requests[-1][2]) == [rows[3]]


def test_another_address_gets_everything(out, receiver):
    send(out, receiver)
    receiver.address += "2"
    assert send(out, receiver).counts["known"] == 0


def test_a_server_error_is_tried_again_with_growing_waits(out, receiver):
    receiver.answers = [(500, {}), (503, {}), (429, {})]
    waits = Waits()
    send(out, receiver, waits)
    assert waits.waited_s == [1.0, 2.0, 4.0]  # half of 2, 4 and 8 seconds: the chance is 0.5
    first, second = receiver.requests[0][1], receiver.requests[1][1]
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) == int(first["webhook-timestamp"]) + 1
    assert set(receiver.events.values()) == {1}
    assert len(receiver.events) == len(written(out))


@pytest.mark.parametrize("asked", ["7", "Thu, 28 May 2026 20:26:47 GMT"])
def test_retry_after_is_honoured(out, receiver, asked):
    receiver.answers = [(503, {"retry-after": asked})]
    waits = Waits()
    send(out, receiver, waits)
    assert waits.waited_s == [7.0]  # NOW_S is 28 May 2026, 20:26:40 UTC


def test_a_wait_of_hours_is_left_to_the_user(out, receiver):
    receiver.answers = [(503, {"retry-after": "7200"})]
    with pytest.raises(OutputError, match="7200 s"):
        send(out, receiver)


def test_what_never_answers_well_is_given_up_and_gone_on_with_later(out, receiver):
    receiver.answers = [(204, {}), *[(500, {})] * 6]
    waits = Waits()
    with pytest.raises(OutputError, match="answered 500 6 times") as failed:
        send(out, receiver, waits)
    assert len(waits.waited_s) == 5
    assert "hidden" not in str(failed.value)
    send(out, receiver)
    assert set(receiver.events.values()) == {1}
    assert len(receiver.events) == len(written(out))


@pytest.mark.parametrize(("status", "code"), [(401, "refused"), (404, "refused"), (307, "redirected")])
def test_a_refusal_or_a_redirect_is_not_tried_again(out, receiver, status, code):
    receiver.answers = [(status, {"location": "https://elsewhere.example/"})]
    with pytest.raises(OutputError) as failed:
        send(out, receiver)
    assert failed.value.code == code
    assert len(receiver.requests) == 1


def test_nobody_there_is_unreached_and_noted_nowhere(out, receiver, monkeypatch):
    monkeypatch.setenv("CALLSIGNALS_WEBHOOK_SECRET", SECRET)
    monkeypatch.setattr(webhook, "Pace", Waits().pace)
    with pytest.raises(OutputError, match="cannot be reached") as failed:
        export_to(out, "http://127.0.0.1:9/")  # discard: nothing listens there
    assert failed.value.code == "unreached"
    assert read_ledger(out) == ()


def test_killed_between_acceptance_and_note_each_event_is_accepted_once(out, receiver):
    """The process is killed when its third message was accepted and before it hears so."""
    program = (
        "import sys; from pathlib import Path; from callsignals.exports import webhook; webhook._MOST_EVENTS = 50; "
        "from callsignals.exports.destinations import export_to; export_to(Path(sys.argv[1]), sys.argv[2])"
    )
    environment = {**os.environ, "CALLSIGNALS_WEBHOOK_SECRET": SECRET}
    process = subprocess.Popen([sys.executable, "-c", program, str(out), receiver.address], env=environment)
    receiver.before_answer = lambda count: process.kill() if count == 3 else None
    assert process.wait(timeout=120) == (-signal.SIGKILL if os.name == "posix" else 1)
    assert len(receiver.accepted) == 3
    receiver.before_answer = lambda _: None
    report = send(out, receiver)
    assert report.counts["known"] == 100
    ids = Counter(headers["webhook-id"] for _, headers, _ in receiver.requests)
    assert max(ids.values()) == 2  # the third message came again, under the id that the receiver knows
    assert set(receiver.events.values()) == {1}
    assert len(receiver.events) == len(written(out))


def test_a_torn_note_is_not_believed(tmp_path):
    noted = DeliveredEvents(tmp_path, "https://a.example/")
    noted.add(["a" * 32, "b" * 32])
    (path,) = (tmp_path / "deliveries").iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    again = DeliveredEvents(tmp_path, "https://a.example/")
    assert ("a" * 32 in again, "b" * 32 in again) == (True, False)
    again.add(["c" * 32])
    assert path.read_bytes() == b"a" * 32 + b"\n" + b"c" * 32 + b"\n"
    assert "example" not in path.name


def test_the_command_needs_a_secret_and_never_shows_it(out, receiver, monkeypatch, capsys):
    monkeypatch.delenv("CALLSIGNALS_WEBHOOK_SECRET", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["export", str(out), "--to", receiver.address])
    assert ended.value.code == 2
    assert "CALLSIGNALS_WEBHOOK_SECRET" in capsys.readouterr().err
    assert receiver.requests == []
    monkeypatch.setenv("HOOK", SECRET)
    with pytest.raises(SystemExit) as ended:
        main(["export", str(out), "--to", receiver.address, "--secret-env", "HOOK", "--json"])
    assert ended.value.code == 0
    shown = capsys.readouterr()
    assert len(receiver.events) == len(written(out))
    files = [path.read_bytes() for path in out.rglob("*") if path.is_file()]
    for secret in (SECRET, "hidden"):
        assert secret not in shown.out + shown.err
        assert not any(secret.encode() in content for content in files)
    assert [(one.to, one.target.startswith("http://127.0.0.1:")) for one in read_ledger(out)] == [("https", True)]


@pytest.mark.parametrize("secret", ["", "short", "whsec_???", "whsec_c2hvcnQ="])
def test_a_secret_that_is_none_is_refused_without_showing_it(secret):
    with pytest.raises(UsageError, match="environment variable HOOK") as refused:
        webhook_key(secret, "HOOK")
    assert not secret or secret not in str(refused.value).replace("whsec_'", "")


@pytest.mark.parametrize("address", ["http://example.com/hook", "http://127.0.0.1.example.com/", "http://10.0.0.1/"])
def test_without_encryption_only_this_machine_is_an_address(address):
    with pytest.raises(UsageError, match="not encrypted"):
        parse_target(address)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost/"])
def test_this_machine_may_be_named_without_encryption(address):
    assert parse_target(address).kind == "https"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificate, is not installed")
def test_a_receiver_with_a_certificate_that_nobody_signed_gets_nothing(out, receiver, tmp_path):
    made = [tmp_path / "key.pem", tmp_path / "certificate.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    addition = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        [*command, *addition, "-keyout", str(made[0]), "-out", str(made[1])],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made[1], made[0])
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    receiver.server.handle_error = lambda *_: None
    receiver.address = receiver.address.replace("http://", "https://")
    with pytest.raises(OutputError, match="cannot be reached") as failed:
        send(out, receiver)
    assert failed.value.code == "unreached"
    assert receiver.requests == []
