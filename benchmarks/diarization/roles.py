"""Which voice is the seller, by the words alone, on recordings as they are heard: no manifest, no names known.

    python benchmarks/diarization/roles.py --data DIR

DIR as in ``der.py``, and ``google/commercial_mono.wav`` (the customer begins) and ``finnish/*.flac`` beside it.
Every two-channel call is heard twice: as it is, and mixed down to one channel. A claim is right when the claimed
seller's voice is active most where the reference has the agent. Needs the base recogniser. Written dialogues are
measured by ``models/roles/measure.py``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from der import Turn, harpervalley, rttm

from callsignals.batch.calls import hearing_settings
from callsignals.conversation.role_cues import RoleHints
from callsignals.conversation.roles import settle_roles
from callsignals.hearing.hear import Ears
from callsignals.inputs.settings import Settings
from callsignals.vocabulary.spoken import Transcript

CHROMECAST = ((10.4, 13.8, "agent"),), ((5.4, 8.7, "caller"),)
"""Which color would you like, and before it: I'd like to buy a Chromecast. The reference has no times."""


@dataclass(frozen=True, slots=True)
class Call:
    """A recording and some of when its seller and its customer speak."""

    name: str
    path: Path
    seller: tuple[Turn, ...]
    customer: tuple[Turn, ...]


def calls(data: Path, folder: Path) -> Iterator[Call]:
    """Two-channel calls as they are and mixed down into ``folder``, and the mono ones."""
    for path in sorted(data.glob("harpervalley/*.wav")):
        yield from _both(path, harpervalley(path.with_suffix(".reference.json")), folder)
    repair = data / "aws" / "auto_repairs_40.flac"
    yield from _both(repair, rttm(repair.with_name("auto_repairs_40.mono.rttm")), folder)
    for path in sorted(data.glob("finnish/*.flac")):
        yield from _both(path, (), folder)
    yield Call("Chromecast, customer first", data / "google" / "commercial_mono.wav", *CHROMECAST)


def _both(path: Path, truth: Sequence[Turn], folder: Path) -> Iterator[Call]:
    seller = tuple(turn for turn in truth if turn[2] == "agent")
    customer = tuple(turn for turn in truth if turn[2] != "agent")
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if not truth:  # two clean channels, the seller's first
        activity = [np.flatnonzero(np.abs(samples[:, channel]) > 0.01) / rate for channel in (0, 1)]
        seller, customer = (tuple((at, at + 1 / rate, "") for at in times[::800]) for times in activity)
    mixed = folder / f"{path.stem}.mono.wav"
    soundfile.write(mixed, samples.mean(axis=1), rate)
    yield Call(f"{path.stem[:15]} stereo", path, seller, customer)
    yield Call(f"{path.stem[:15]} mixed down", mixed, seller, customer)


def is_right(call: Call, settled: Transcript) -> bool:
    """Whether the claimed seller is the seller."""
    claimed = [(item.start_s, item.end_s) for item in settled.timeline if item.party == "seller"]

    def shared_s(turns: Sequence[Turn]) -> float:
        return sum(max(0.0, min(end, b) - max(start, a)) for a, b, _ in turns for start, end in claimed)

    return shared_s(call.seller) > shared_s(call.customer)


def main() -> None:
    """Prints a line a call."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data: Path = parser.parse_args().data
    claimed = right = total = 0
    with tempfile.TemporaryDirectory() as folder, Ears(hearing_settings(Settings())) as ears:
        for call in calls(data, Path(folder)):
            heard = ears.hear(call.path)
            settled = settle_roles(
                heard, seller_channel=None, channel_source="manifest", seller_speaks_at_s=None, hints=RoleHints()
            )
            total += 1
            verdict = "not claimed"
            if settled.roles_known:
                claimed += 1
                right += is_right(call, settled)
                verdict = f"{'right' if is_right(call, settled) else 'WRONG'} at {settled.role_confidence}"
            print(f"{call.name:32s} {heard.channel_mode:14s} {heard.language} {verdict}", flush=True)
    print(f"claimed {claimed} of {total}, right {right} of {claimed}")


if __name__ == "__main__":
    main()
