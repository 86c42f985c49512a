"""Whether a call was a conversation at all: voicemail, a menu, nobody answering.

A phrase alone decides nothing: people say "leave me a message" in real conversations. What decides is whether
two voices then take turns: a greeting or a menu does not answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from callsignals.conversation.timeline import Timeline
from callsignals.vocabulary.spoken import Transcript, Word

__all__ = ["CallKind", "CallType", "classify_call"]

CallKind = Literal["conversation", "voicemail", "ivr", "no_answer"]

NO_ANSWER_WORDS = 12
"""So few words by one side alone ("hello? hello, can you hear me?") are a call nobody answered."""

NO_ANSWER_SPEECH_S = 3.0
"""The same in speech seconds, where no words are known: below it no two-party signal could be measured."""

OPENING_TURNS = 3
"""A greeting or a menu comes at the start: before it at most this many turns of three or more words."""

OPENING_WORDS = 120
"""And at most so many words of everybody: a greeting takes half a minute, a menu hardly more."""

CONVERSATION_TURNS = 4
"""Two voices that together take so many turns beside the announcement have a conversation.

The message left, a closing prompt and one thing more are only three.
"""

TURN_WORDS = 3
"""Shorter runs of words are not turns here."""

_VOICEMAIL = re.compile(
    r"\b(?:"
    # English
    r"(?:leave|record) (?:me |us )?(?:a |your |an? \w+ )?(?:message|name)\b.{0,60}\b(?:tone|beep|signal)"
    r"|(?:after|at) the (?:tone|beep)\b"
    r"|(?:reached|this is) the (?:voice ?mail|mailbox|voice mailbox|answering machine)"
    r"|forwarded to (?:an? )?(?:automatic |automated )?voice (?:mail|messag)"
    r"|(?:please )?leave (?:me |us )?a (?:short |brief )?message(?: and| with)"
    r"|mailbox (?:is|of|belonging)"
    r"|(?:can't|cannot|can not|unable to) (?:come to|take|answer) (?:the|your|my) (?:phone|call)"
    r"|you(?:'ve| have) reached .{0,60}\b(?:leave|message|voice ?mail)"
    # Swedish
    r"|(?:lämna|tala in|prata in) (?:ett |ditt |gärna ett )?(?:kort )?meddelande\b.{0,40}\b(?:ton|pip|signal)"
    r"|efter (?:ton|pip|signal)(?:en|et)\b"
    r"|(?:kommit till|är) .{0,30}\b(?:röstbrevlåda|telefonsvarare|mobilsvar)"
    r"|(?:röstbrevlåda|telefonsvarare|mobilsvar)(?:n)? (?:för|hos|till)"
    r"|kan (?:tyvärr )?inte (?:svara|ta (?:ditt )?samtal(?:et)?) (?:just nu|för tillfället)"
    # Finnish
    r"|jätä (?:\w+ )?viesti"
    r"|jättää (?:\w+ )?viestin .{0,20}äänimerkin"
    r"|äänimerkin jälkeen|piippauksen jälkeen|merkkiäänen jälkeen"
    r"|(?:puhelin)?vastaajaan\b|vastaajapalvelu|tämä on .{0,30}(?:puhelin)?vastaaja"
    r"|en (?:nyt |juuri nyt )?(?:voi|pysty|pääse) (?:nyt |juuri nyt )?vastaamaan|en voi vastata puheluun"
    r")"
)

_NUMBER = r"(?:\d|zero|one|two|three|four|five|six|seven|eight|nine|star|hash|pound)"
_NUMBER_SV = r"(?:\d|noll|ett|två|tre|fyra|fem|sex|sju|åtta|nio|stjärna|fyrkant)"
_NUMBER_FI = r"(?:\d|nolla|yksi|kaksi|kolme|neljä|viisi|kuusi|seitsemän|kahdeksan|yhdeksän|tähti|risuaita|ruutu)"
_MENU = re.compile(
    rf"\b(?:press|dial|push) (?:the )?(?:number |digit )?{_NUMBER}\b"
    r"|\bto (?:repeat|hear) (?:these|this|the) (?:options|menu)"
    r"|\b(?:choose|listen to|select from) (?:one of )?the following (?:options|menu)"
    r"|\byour call (?:is|may be) (?:important|recorded)"
    r"|\byou are (?:now )?(?:caller )?number \w+ in (?:the )?(?:line|queue)"
    rf"|\b(?:tryck|slå|välj) (?:på )?(?:siffran )?{_NUMBER_SV}\b"
    r"|\bni har plats(?:nummer)? \w+ i kön|\bdu har plats(?:nummer)? \w+ i kön|\bknappval"
    rf"|\b(?:paina|valitse|näppäile) (?:numero )?{_NUMBER_FI}\b"
    r"|\bolet(?:te)? jonossa|\bsijanumero"
)


@dataclass(frozen=True, slots=True)
class CallType:
    """What kind of call it was.

    Attributes:
        kind: ``conversation``, ``voicemail``, ``ivr`` or ``no_answer``.
        reason: stable name of what decided it: ``two_parties``, ``one_party``, ``greeting_phrase``,
            ``menu_phrase``, ``nobody_spoke``, ``few_words_unanswered``.
    """

    kind: CallKind
    reason: str


@dataclass(frozen=True, slots=True)
class _Run:
    """Words of one voice without another's turn in between."""

    voice: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


def classify_call(transcript: Transcript, timeline: Timeline) -> CallType:
    """Tell conversations from voicemail greetings, menus and calls that nobody answered.

    Args:
        transcript: the call, roles settled or not.
        timeline: its timeline.
    """
    runs = _runs(transcript.words)
    if _is_announced(runs, _VOICEMAIL):
        return CallType("voicemail", "greeting_phrase")
    if _is_announced(runs, _MENU):
        return CallType("ivr", "menu_phrase")
    return _answered(transcript, timeline)


def _answered(transcript: Transcript, timeline: Timeline) -> CallType:
    counts = {"a": 0, "b": 0}
    for word in transcript.words:
        side = timeline.side_of(word.party, word.speaker)
        if side is not None:
            counts[side] += 1
    speaks_a = bool(timeline.a) or counts["a"] > 0
    speaks_b = bool(timeline.b) or counts["b"] > 0
    if not speaks_a and not speaks_b:
        return CallType("no_answer", "nobody_spoke")
    if speaks_a and speaks_b:
        return CallType("conversation", "two_parties")
    customer_alone = timeline.roles_known and speaks_b
    words = counts["a"] + counts["b"]
    speech_s = timeline.speech_s("a") + timeline.speech_s("b")
    few = words <= NO_ANSWER_WORDS if words else speech_s < NO_ANSWER_SPEECH_S
    if few and not customer_alone:
        return CallType("no_answer", "few_words_unanswered")
    return CallType("conversation", "one_party")


def _is_announced(runs: Sequence[_Run], phrase: re.Pattern[str]) -> bool:
    """Whether some voice says the phrase at the start of the call and there is no conversation."""
    said = [place for place, run in enumerate(runs) if phrase.search(run.text)]
    if not said or said[0] > OPENING_TURNS:
        return False
    start = phrase.search(runs[said[0]].text)
    words_before = sum(len(run.words) for run in runs[: said[0]])
    if start is None or words_before + runs[said[0]].text[: start.start()].count(" ") > OPENING_WORDS:
        return False
    turns: dict[str, int] = {}
    for place, run in enumerate(runs):
        if place not in said:
            turns[run.voice] = turns.get(run.voice, 0) + 1
    return len(turns) < 2 or sum(turns.values()) < CONVERSATION_TURNS


def _runs(words: Sequence[Word]) -> list[_Run]:
    """Runs of three or more words by one voice, shorter ones skipped and their neighbours joined."""
    ordered = list(words)
    if all(word.start_s is not None for word in words):
        ordered = sorted(words, key=lambda word: word.start_s or 0.0)
    runs: list[_Run] = []
    for run in _joined([_Run(word.speaker or word.party, (_plain(word.text),)) for word in ordered]):
        if len(run.words) >= TURN_WORDS:
            runs.append(run)
    return _joined(runs)


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    joined: list[_Run] = []
    for run in runs:
        if joined and joined[-1].voice == run.voice:
            joined[-1] = _Run(run.voice, joined[-1].words + run.words)
        else:
            joined.append(run)
    return joined


def _plain(text: str) -> str:
    return re.sub(r"^[^\w]+|[^\w]+$", "", text.lower().replace("’", "'"))
