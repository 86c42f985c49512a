"""How much of a call's processor time is recognition and voice activity, and how much is everything else.

    python benchmarks/acceptance/where_time_goes.py [--repeats 1] [--stereo]

Hears and measures the shipped recordings in one process, as a worker and then the main process would, and adds up
processor seconds by part (the decoder's own process and its start included). Loading models and word lists,
which happens once in a process however many calls there are, is shown by itself.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from callsignals.batch.calls import hearing_settings
from callsignals.batch.measure_stage import measure_call, settle_call
from callsignals.batch.store import Store, stored_form
from callsignals.conversation.role_cues import RoleHints
from callsignals.hearing import activity, hear, recognise
from callsignals.inputs.rows import CallRow
from callsignals.inputs.settings import Settings
from callsignals.inputs.transcripts.own import transcript_to_json, transcript_to_vtt
from callsignals.language.term_list import starter_terms
from callsignals.vocabulary.spoken import Transcript

AUDIO = Path(__file__).resolve().parents[2] / "fixtures" / "demo" / "audio"
STEREO = ("harpervalley", "auto_repairs")
SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".m4a", ".opus")


class Parts:
    """Processor seconds by part; a part inside another counts once, for the inner one."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._open: list[float] = []

    def time(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call``, with its time noted."""

        @functools.wraps(call)
        def timed(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever it takes
            self._open.append(0.0)
            begun = time.process_time()
            try:
                return call(*arguments, **options)
            finally:
                took = time.process_time() - begun
                inner = self._open.pop()
                self.seconds[name] += took - inner
                if self._open:
                    self._open[-1] += took

        return timed

    def wrap(self, owner: Any, attribute: str, name: str) -> None:  # noqa: ANN401 - a module or a class
        """Note the time of ``owner.attribute`` from now on."""
        setattr(owner, attribute, self.time(name, getattr(owner, attribute)))


def texts(heard: Transcript) -> None:
    """What the transcript's files are made of."""
    stored_form(heard)
    json.dumps(transcript_to_json(heard), ensure_ascii=False)
    transcript_to_vtt(heard)


def main() -> None:
    """Hear, measure, add up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--stereo", action="store_true", help="recordings with a channel a party alone")
    arguments = parser.parse_args()
    repeats, stereo = arguments.repeats, arguments.stereo
    recordings = sorted(path for path in AUDIO.rglob("*") if path.suffix in SUFFIXES)
    if stereo:
        recordings = [path for path in recordings if path.stem.startswith(STEREO)]
    parts = Parts()
    begun = time.process_time()
    terms, ears = starter_terms(), hear.Ears(hearing_settings(Settings()))
    first = ears.hear(recordings[0])
    for language in ("en", "sv", "fi"):
        spoken = replace(first, language=language)
        measure_call(settle_call(spoken, CallRow("c", "l"), RoleHints(), None, terms), terms)
    print(f"loading models and lists, with one call: {time.process_time() - begun:.1f} s")
    parts.wrap(recognise.Recogniser, "recognise", "recognition")
    parts.wrap(hear, "detect_language", "recognition")
    parts.wrap(activity, "speech_probabilities", "voice activity")
    parts.wrap(hear, "listen", "channels, music, bleed, voices")
    audio_s = 0.0
    measure = parts.time("roles and measures", lambda heard: measure_call(settle(heard), terms))

    def settle(heard: Any) -> Any:  # noqa: ANN401 - a transcript
        return settle_call(heard, CallRow("c", "l", seller_channel=0), RoleHints(), None, terms)

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for number in range(repeats * len(recordings)):
            heard = parts.time("the rest of hearing", ears.hear)(recordings[number % len(recordings)])
            audio_s += heard.duration_s or 0.0
            measured = measure(heard)
            parts.time("files", store.put)("measure", f"{number:064}", measured)
            parts.time("files", store.put)("hear", f"{number:064}", heard)
            parts.time(
                "files", lambda found: (stored_form(found), transcript_to_json(found), transcript_to_vtt(found))
            )(heard)
    ears.close()
    children = os.times()
    parts.seconds["decoding"] = children.children_user + children.children_system
    whole = sum(parts.seconds.values())
    print(f"{repeats * len(recordings)} calls, {audio_s:.0f} s of audio, {whole:.1f} s of processor time")
    for name, seconds in parts.seconds.most_common():
        print(f"  {name}: {seconds:.2f} s, {100 * seconds / whole:.2f} %")
    rest = whole - parts.seconds["recognition"] - parts.seconds["voice activity"]
    print(f"all but recognition and voice activity: {100 * rest / whole:.2f} %")


if __name__ == "__main__":
    main()
