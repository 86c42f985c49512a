"""The seller found by the voice that returns: ten short mono calls of one seller with different partners, and traps.

    python benchmarks/diarization/recurring_voice.py --data DIR

DIR holds ``mono_synth/*.flac`` with ``.rttm`` beside them, ``harpervalley/*.wav``, ``aws/auto_repairs_40.flac``. What
each person says alone is cut out and laid into calls of alternating turns, each call with a line of its own (band,
level, noise). A seller speaks different words in every call and is taken from one recording: the mixes repeat a
speaker's sentences, so that the same speaker in two of them is no second observation. Voices are told apart by
``callsignals.hearing.voices.diarize`` and known again by ``callsignals.batch.recurring``; nothing is transcribed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
import numpy.typing as npt
from faster_whisper.audio import decode_audio
from scipy.signal import butter, sosfilt

from callsignals.batch.recurring import CallVoices, recurring_voices
from callsignals.hearing.activity import speech_intervals
from callsignals.hearing.recording import Recording
from callsignals.hearing.voices import diarize
from callsignals.hearing.voices.voiceprint import voice_prints

Floats = npt.NDArray[np.float32]
Voiceprint = tuple[float, ...]
RATE_HZ = 16_000
SELLERS = ("2609", "367", "1998", "repair agent")
SELLER_S, PARTNER_S = 5.0, 8.0
CALLS = 10
LEAST_PIECE_S = 0.8
DRAWS = 400


@dataclass(frozen=True, slots=True)
class Call:
    """Two voiceprints or so, and which is whose."""

    partner: str
    voices: tuple[tuple[str, tuple[float, ...]], ...]
    seller: str | None


def spoken_alone(data: Path) -> dict[str, list[Floats]]:
    """What each person says when nobody else speaks, in pieces."""
    people: dict[str, list[Floats]] = {}
    for path in sorted(data.glob("mono_synth/*.flac")):
        audio = decode_audio(str(path))
        lines = [line.split() for line in path.with_suffix(".rttm").read_text(encoding="utf-8").splitlines()]
        turns = [(float(item[3]), float(item[3]) + float(item[4]), item[7]) for item in lines]
        for person in dict.fromkeys(turn[2] for turn in turns):
            if person not in people:
                people[person] = list(_alone(audio, turns, person))
    for path in [*sorted(data.glob("harpervalley/*.wav")), data / "aws" / "auto_repairs_40.flac"]:
        name = "repair" if path.stem.startswith("auto") else path.stem[:4]
        for role, side in zip(("agent", "caller"), decode_audio(str(path), split_stereo=True), strict=True):
            spans = speech_intervals(_recording(side), 0)
            people[f"{name} {role}"] = [side[int(a * RATE_HZ) : int(b * RATE_HZ)] for a, b in spans]
    return people


def _alone(audio: Floats, turns: Sequence[tuple[float, float, str]], person: str) -> Iterator[Floats]:
    taken = np.zeros((2, len(audio)), dtype=np.bool_)
    for start_s, end_s, name in turns:
        taken[int(name != person), int(start_s * RATE_HZ) : int(end_s * RATE_HZ)] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[0], taken[0] & ~taken[1], [0]]).astype(np.int8)))
    for begin, end in edges.reshape(-1, 2).tolist():
        if end - begin >= LEAST_PIECE_S * RATE_HZ:
            yield audio[begin:end]


def _recording(audio: Floats) -> Recording:
    return Recording.from_samples(np.clip(np.round(audio * 32768), -32768, 32767).astype(np.int16))


def shares(pieces: Sequence[Floats], seconds: float) -> Iterator[list[Floats]]:
    """Successive parts of what somebody says, none of it twice, each in turns of at most 3 s."""
    whole = np.concatenate(pieces)
    part, turn = int(seconds * RATE_HZ), 3 * RATE_HZ
    for start in range(0, len(whole) - part + 1, part):
        cut = whole[start : start + part]
        yield [cut[at : at + turn] for at in range(0, part, turn)]


def on_a_line(audio: Floats, noise: np.random.Generator) -> Floats:
    """Another telephone: band, level and noise drawn at random, then mu-law's eight bits."""
    band = butter(2, (noise.uniform(150, 350), noise.uniform(3000, 3600)), "bandpass", fs=RATE_HZ, output="sos")
    heard = sosfilt(band, audio)
    heard = heard / np.sqrt(np.mean(heard**2)) * 10 ** (noise.uniform(-30, -18) / 20)
    heard = heard + noise.normal(size=len(heard)) * 10 ** (noise.uniform(-60, -48) / 20)
    squashed = np.sign(heard) * np.log1p(255 * np.minimum(np.abs(heard), 1)) / np.log(256)
    coarse = np.round(squashed * 127) / 127
    result: Floats = (np.sign(coarse) * (256 ** np.abs(coarse) - 1) / 255).astype(np.float32)
    return result


def make_call(seller: list[Floats], partner: list[Floats], name: str, noise: np.random.Generator) -> Call:
    """Turn by turn, then heard."""
    pause = np.zeros(int(0.35 * RATE_HZ), np.float32)
    turns = [seller, partner] if noise.random() < 0.5 else [partner, seller]
    parts: list[Floats] = []
    own: list[tuple[float, float]] = []
    for number, turn in enumerate(chain.from_iterable(zip_longest(*turns))):
        if turn is None:
            continue
        begin_s = sum(map(len, parts)) / RATE_HZ
        level = 0.05 / max(1e-4, float(np.sqrt(np.mean(turn**2))))
        parts += [turn * np.float32(level), pause]
        if turns[number % 2] is seller:
            own.append((begin_s, begin_s + len(turn) / RATE_HZ))
    recording = _recording(on_a_line(np.concatenate(parts), noise))
    found = diarize(recording, 0, speech_intervals(recording, 0), speakers=2)
    prints = voice_prints(recording, found.voices, stereo=False)
    overlap: dict[str, float] = {}
    for voice in found.voices:
        shared = sum(max(0.0, min(voice.end_s, end_s) - max(voice.start_s, start_s)) for start_s, end_s in own)
        overlap[voice.speaker] = overlap.get(voice.speaker, 0.0) + shared
    is_seller = max(overlap, key=lambda speaker: overlap[speaker]) if len(overlap) > 1 else None
    return Call(name, tuple((voice.speaker, voice.vector) for voice in prints.voices), is_seller)


def as_calls(calls: Sequence[Call], seller: str) -> list[CallVoices]:
    """As the batch has them."""
    return [CallVoices(f"{seller}{n}", f"{seller}{n}", seller, call.voices) for n, call in enumerate(calls)]


def score(title: str, groups: dict[str, list[Call]]) -> None:
    """Prints how many calls of some sellers are claimed, rightly and wrongly."""
    decided = recurring_voices(chain.from_iterable(as_calls(calls, seller) for seller, calls in groups.items()))
    truth = {f"{seller}{n}": call.seller for seller, calls in groups.items() for n, call in enumerate(calls)}
    right = [key for key, voice in decided.items() if voice.speaker == truth[key]]
    sure = f", confidence {min(v.confidence for v in decided.values()):.2f} and more" if decided else ""
    two = sum(voice is not None for voice in truth.values())
    print(f"{title}: {len(truth)} calls, {two} heard as two voices, {len(decided)} claimed, {len(right)} right{sure}")


def by_person(groups: dict[str, list[Call]]) -> dict[str, list[Voiceprint]]:
    """Every person's voiceprints over all calls."""
    found: dict[str, list[Voiceprint]] = {}
    for seller, calls in groups.items():
        for call in calls:
            for speaker, vector in call.voices:
                found.setdefault(seller if speaker == call.seller else call.partner, []).append(vector)
    return found


def compare(groups: dict[str, list[Call]]) -> None:
    """Prints how alike the sellers' voices are to themselves over calls, and everybody else's to them."""
    people = {name: np.array(vectors) for name, vectors in by_person(groups).items()}
    own: list[float] = []
    others: list[float] = []
    for seller, calls in groups.items():
        prints = np.array([dict(call.voices)[call.seller] for call in calls if call.seller in dict(call.voices)])
        own += ((prints @ prints.T).sum(axis=1) - 1).tolist()
        own[-len(prints) :] = [total / (len(prints) - 1) for total in own[-len(prints) :]]
        for name, vectors in people.items():
            others += [] if name == seller else (vectors @ prints.mean(axis=0)).tolist()
    print(f"a seller's voice to the same in the other calls: {min(own):.2f} to {max(own):.2f} ({len(own)})")
    print(f"other people's to a seller's: at most {max(others):.2f}, median {np.median(others):.2f} ({len(others)})")


def draw_strangers(groups: dict[str, list[Call]], pick: np.random.Generator) -> None:
    """Prints how often calls among strangers alone, readers of one book corpus, give a seller."""
    people = {name: vectors for name, vectors in by_person(groups).items() if name.isdecimal()}
    wrong = 0
    for _ in range(DRAWS):
        names = pick.permutation(sorted(people))
        calls = [
            Call(str(two), tuple((name, people[name][pick.integers(len(people[name]))]) for name in (one, two)), None)
            for one, two in zip(names[::2], names[1::2], strict=False)
        ]
        wrong += bool(recurring_voices(as_calls(calls, "nobody")))
    print(f"{DRAWS} draws of {len(people) // 2} calls among strangers on one corpus: {wrong} with a seller")


def main() -> None:
    """Prints the figures, and keeps the voiceprints when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--prints", type=Path, help="JSON file for the calls' voiceprints")
    arguments = parser.parse_args()
    people = spoken_alone(arguments.data)
    noise = np.random.default_rng(20)
    partners = {name: next(shares(pieces, PARTNER_S), None) for name, pieces in people.items()}
    partners = {name: (turns or next(shares(people[name], SELLER_S))) for name, turns in partners.items()}
    groups: dict[str, list[Call]] = {}
    for seller in SELLERS:
        others = [name for name in sorted(partners) if name != seller]
        order = [others[index] for index in noise.permutation(len(others))]
        groups[seller] = [
            make_call(own, partners[name], name, noise)
            for own, name in zip(list(shares(people[seller], SELLER_S))[:CALLS], order, strict=False)
        ]
        score(f"seller {seller}", {seller: groups[seller]})
    score("all four sellers in one batch", groups)
    compare(groups)
    draw_strangers(groups, noise)
    half = CALLS // 2
    first, second = SELLERS[:2]
    score("two people under one name", {"both": [*groups[first][:half], *groups[second][:half]]})
    names = sorted(partners)
    strangers = [
        make_call(partners[one], partners[other], other, noise)
        for one, other in zip(names[::2], names[1::2], strict=False)
    ]
    score("nobody returns", {"nobody": strangers})
    same = [
        make_call(own, list(they), "same", noise)
        for own, they in zip(shares(people[first], SELLER_S), shares(people[second], SELLER_S), strict=False)
    ]
    score("the same two people every time", {"pair": same})
    if arguments.prints:
        everything = {**groups, "strangers": strangers, "pair": same}
        rows = [[name, call.partner, call.seller, call.voices] for name, calls in everything.items() for call in calls]
        arguments.prints.write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
