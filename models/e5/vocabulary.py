"""The tokenizer, and which of its 250,002 pieces three languages need."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
_CHUNK = 20_000


def make_tokenizer(pieces: Sequence[str], scores: npt.NDArray[np.float64]) -> Tokenizer:
    """XLM-RoBERTa's Unigram pipeline over these pieces."""
    table = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(table, unk_id=pieces.index("<unk>"), byte_fallback=False))
    spaces = r"[\t\n\f\r\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x{1}-\x{8}\x{B}\x{E}-\x{1F}\x{7F}\x{8F}\x{9F}]"), ""),
            normalizers.Replace(Regex(spaces), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[(special, pieces.index(special)) for special in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens([AddedToken(special, special=True, normalized=False) for special in SPECIALS])
    return tokenizer


def chosen_pieces(
    tokenizer: Tokenizer, pieces: Sequence[str], word_lists: Iterable[Iterable[str]]
) -> npt.NDArray[np.int64]:
    """Ids of the pieces to keep, ascending.

    Kept are the specials, single local characters, numbers and signs, mixed-case brands (YouTube, iPhone), and every
    piece that some word of the lists is cut into, in three casings and after punctuation.
    """
    keep = {pieces.index(special) for special in SPECIALS}
    keep.update(number for number, piece in enumerate(pieces) if _is_basic(piece))
    lines = itertools.chain(["query: ", "passage: "], *(_forms(words) for words in word_lists))
    while chunk := list(itertools.islice(lines, _CHUNK)):
        for encoding in tokenizer.encode_batch_fast(chunk, add_special_tokens=False):
            keep.update(encoding.ids)
    return np.array(sorted(keep), np.int64)


def _is_basic(piece: str) -> bool:
    body = piece.lstrip("▁")
    plain = len(body) <= 1 or not any(map(str.isalpha, body))
    return (plain and all(map(_is_local, body))) or bool(re.fullmatch("[A-Za-z]*[a-z][A-Z][A-Za-z]*", body))


def _is_local(character: str) -> bool:
    """Latin, Greek, Cyrillic, punctuation, signs and emoji; not the letters of other scripts."""
    code = ord(character)
    return code < 0x530 or 0x1E00 <= code < 0x2E80 or 0xFB00 <= code < 0xFB07 or 0x1F000 <= code < 0x20000


def _forms(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        for form in sorted({word, word.capitalize(), word.upper()}):
            yield form
            yield "(" + form
