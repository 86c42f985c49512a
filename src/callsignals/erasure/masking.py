"""Names of the erased where others say them: masked in the transcripts of other calls, in OUT and in its cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from callsignals.batch.store import CACHE_FOLDER, read_stored, stored_form
from callsignals.erasure.needles import Needles, tokens_of
from callsignals.files import remove_file, write_bytes
from callsignals.inputs.transcripts.own import parse_own
from callsignals.records.write import transcript_texts
from callsignals.vocabulary.spoken import Transcript

__all__ = ["MASK", "mask_names", "masked"]

MASK = "[erased]"


def mask_names(out: Path, needles: Needles) -> int:
    """Mask the names in every transcript that is left; returns in how many calls.

    Raises:
        OutputError: a file cannot be written.
    """
    if not needles.names:
        return 0
    names = replace(needles, ids=(), phrases=frozenset(), common={})
    digests = set()
    for path in sorted((out / CACHE_FOLDER / "hear").rglob("*.json")):
        heard = read_stored(path.read_bytes(), Transcript)
        if heard is not None and (found := masked(heard, names)) != heard:
            write_bytes(path, stored_form(found))
            digests.add(heard.input_digest)
    for path in sorted((out / CACHE_FOLDER / "measure").rglob("*.json")) if digests else ():
        content = path.read_text(encoding="utf-8", errors="replace")
        if any(digest in content for digest in digests):
            remove_file(path)
    return max(len(digests), _mask_written(out / "transcripts", names))


def _mask_written(folder: Path, names: Needles) -> int:
    count = 0
    for path in sorted(folder.glob("*.json")):
        try:
            transcript = parse_own(path.read_text(encoding="utf-8"), input_digest="")
        except ValueError:
            continue
        found = masked(transcript, names)
        if found != transcript:
            for suffix, text in transcript_texts(found).items():
                write_bytes(path.with_suffix(suffix), text.encode("utf-8"))
            count += 1
    return count


def masked(transcript: Transcript, needles: Needles) -> Transcript:
    """A transcript with ``MASK`` in place of each word of a name."""
    wanted = [tokens_of(name) for name in needles.names]
    gone = _places([word.text for word in transcript.words], [name for name in wanted if name])
    dropped = tuple(replace(item, text=MASK) if needles.is_in(item.text) else item for item in transcript.dropped)
    words = tuple(replace(word, text=MASK) if at in gone else word for at, word in enumerate(transcript.words))
    return replace(transcript, words=words, dropped=dropped)


def _places(words: Sequence[str], names: Sequence[Sequence[str]]) -> set[int]:
    """Numbers of the words that make up a name; its last word may end in further letters when it has several."""
    tokens = [(token, at) for at, word in enumerate(words) for token in tokens_of(word)]
    places: set[int] = set()
    firsts = {name[0] for name in names}
    for start, (token, _) in enumerate(tokens):
        if token in firsts:
            for name in names:
                run = tokens[start : start + len(name)]
                if len(run) == len(name) and _is_name([one for one, _ in run], name):
                    places |= {at for _, at in run}
    return places


def _is_name(run: Sequence[str], name: Sequence[str]) -> bool:
    if len(name) == 1:
        return run[0] == name[0]
    return list(run[:-1]) == list(name[:-1]) and run[-1].startswith(name[-1])
