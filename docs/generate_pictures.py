"""Draw docs/pictures/*.svg, one call seen by each conversation signal: ``python docs/generate_pictures.py``.

The figures in the pictures are those that the program measures of the drawn call.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from callsignals.conversation.intervals import Interval, intersect, subtract, union
from callsignals.conversation.measures import conversation_signals
from callsignals.conversation.timeline import Timeline
from callsignals.conversation.turns import floor_changes, turns_of
from callsignals.report.lanes import WIDTH, Drawing, drawing_of, outline
from callsignals.report.wording import wording
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Activity, Transcript, Word

FOLDER = Path(__file__).with_name("pictures")

_LENGTH_S = 80.0
_SELLER: tuple[Interval, ...] = ((0.0, 10.0), (18.6, 23.0), (33.0, 46.0), (63.0, 66.0), (77.0, 80.0))
_CUSTOMER: tuple[Interval, ...] = ((11.0, 20.0), (25.0, 32.0), (47.0, 61.0), (68.0, 75.0))
_WORD_S = 0.4
_SELLER_Y, _CUSTOMER_Y, _HEIGHT = 6, 40, 26
_COLOURS = {"seller": "#0d9488", "customer": "#d97706"}
_MARK, _TEXT = "#dc2626", "#808080"


def call() -> Transcript:
    """The call that every picture shows: stereo, roles known, a word every 0.4 s of speech."""
    sides = (("seller", _SELLER), ("customer", _CUSTOMER))
    timeline = [Activity(start, end, party, party) for party, spans in sides for start, end in spans]  # type: ignore[arg-type]
    words = [
        Word("word", start + place * _WORD_S, start + (place + 1) * _WORD_S, party, party)  # type: ignore[arg-type]
        for party, spans in sides
        for start, end in spans
        for place in range(int((end - start) / _WORD_S))
    ]
    return Transcript(
        words=tuple(sorted(words, key=lambda word: word.start_s or 0.0)),
        timeline=tuple(sorted(timeline, key=lambda one: one.start_s)),
        language="en",
        language_confidence=None,
        channel_mode="stereo",
        timing="activity",
        duration_s=_LENGTH_S,
        role_source="manifest",
    )


def pictures() -> dict[str, str]:
    """Signal and its picture as SVG."""
    shown = call()
    drawing = drawing_of([asdict(one) for one in shown.timeline], _LENGTH_S)
    assert drawing is not None  # it has speech
    measured = {signal.name: signal for signal in conversation_signals(shown)[1]}
    return {name: _svg(drawing, spans, measured[name]) for name, spans in _marked(Timeline.of(shown)).items()}


def _marked(timeline: Timeline) -> dict[str, tuple[Interval, ...]]:
    """What each signal looks at, seconds."""
    turns = turns_of(timeline)
    changes = floor_changes(turns)
    gaps = {side: tuple((a.end_s, b.start_s) for a, b in changes if b.side == side) for side in ("a", "b")}
    longest = {
        side: max(((t.start_s, t.end_s) for t in turns if t.side == side), key=lambda span: span[1] - span[0])
        for side in ("a", "b")
    }
    both = intersect(timeline.a, timeline.b)
    starts = tuple(
        (after.start_s - 0.3, after.start_s + 0.3) for before, after in pairwise(turns) if before.side != after.side
    )
    return {
        "seller_talk_share": timeline.a,
        "customer_talk_share": timeline.b,
        "silence_share": subtract(((0.0, _LENGTH_S),), union((*timeline.a, *timeline.b))),
        "overlap_share": both,
        "longest_monologue_s": (longest["a"],),
        "longest_customer_story_s": (longest["b"],),
        "interactivity_per_5min": starts,
        "patience_s": gaps["a"],
        "customer_latency_s": gaps["b"],
        "seller_interruptions_per_hour": both,
    }


def _svg(drawing: Drawing, spans: tuple[Interval, ...], signal: Signal) -> str:
    texts = wording("en")
    lanes = "".join(
        f'<path d="{outline(lane.boxes, _row(lane.party), _HEIGHT)}" fill="{_COLOURS[lane.party]}" opacity="0.75"/>'
        f'<text x="-8" y="{_row(lane.party) + 18}" text-anchor="end">{lane.party}</text>'
        for lane in drawing.lanes
    )
    marks = "".join(
        f'<rect x="{_x(min(span)):g}" y="1" width="{max(_x(abs(span[1] - span[0])), 3):g}" height="70"/>'
        for span in spans
    )
    parts = f" = {texts.plain(signal.numerator)} / {texts.plain(signal.denominator)}" if signal.denominator else ""
    scale = {"per 5 min": " x 300", "per hour": " x 3600"}.get(_unit(signal), "")
    caption = f"{signal.name} = {texts.figure(signal.value, signal.name)}{parts}{scale}"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-90 0 1100 100" role="img" font-family="sans-serif" '
        f'font-size="15" fill="{_TEXT}"><title>{caption}</title>{lanes}'
        f'<g fill="{_MARK}" fill-opacity="0.15" stroke="{_MARK}" stroke-width="1.5">{marks}</g>'
        f'<text x="0" y="92">{caption}</text><text x="{WIDTH:g}" y="92" text-anchor="end">{_LENGTH_S:g} s</text>'
        "</svg>\n"
    )


def _unit(signal: Signal) -> str:
    return DEFINITIONS[signal.name].unit


def _row(party: str) -> int:
    return _SELLER_Y if party == "seller" else _CUSTOMER_Y


def _x(seconds: float) -> float:
    return round(seconds / _LENGTH_S * WIDTH, 1)


def main() -> None:
    """Write them all, and remove what is none of them."""
    FOLDER.mkdir(exist_ok=True)
    drawn = pictures()
    for name, svg in drawn.items():
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
    for path in FOLDER.glob("*.svg"):
        if path.stem not in drawn:
            path.unlink()


if __name__ == "__main__":
    main()
