"""From rows to what one head is fitted on: texts and clauses with the labels that apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpus import Row
from workbench import Labelled

from callsignals.comments.labels import NONE_LABEL, PERSONAL_SOURCES, UNSAID_LABEL
from callsignals.comments.reasons import clauses

LICENSED_WEIGHT = 0.3
QUOTE_SHARE = 0.5
CLAUSE_WEIGHT_IN_TRAINING = 0.7
NPS_OF_POLARITY = {"positive": "promoter", "negative": "detractor"}


def _personal(row: Row) -> tuple[str, ...]:
    sources = row.labels["sources"]
    return ("yes" if PERSONAL_SOURCES & set(sources) else "no",) if sources else (NONE_LABEL,)


REFERRAL_LABELS: tuple[Callable[[Row], tuple[str, ...]], ...] = (
    lambda row: tuple(row.labels["sources"][:1]) or (NONE_LABEL,),
    lambda row: tuple(row.labels["sources"]),
    _personal,
)


def survey_examples(name: str, ours: Sequence[Row], licensed: Sequence[Row], whole: bool = False) -> list[Labelled]:
    """What one survey head is fitted on; ``whole``: no clauses."""
    if name == "comment_polarity":
        return [
            *((r, r.text, (r.labels.get("polarity") or NONE_LABEL,), 1.0) for r in ours),
            *((r, r.text, (r.labels["polarity"],), LICENSED_WEIGHT) for r in licensed),
        ]
    if name == "nps_group":
        return [
            *(
                (r, r.text, (r.labels.get("nps") or NONE_LABEL,), 1.0)
                for r in ours
                if r.labels.get("nps") or not r.labels.get("polarity")
            ),
            *(
                (r, r.text, (NPS_OF_POLARITY[r.labels["polarity"]],), LICENSED_WEIGHT)
                for r in licensed
                if r.labels["polarity"] in NPS_OF_POLARITY
            ),
        ]
    if name == "recommends":
        return [(r, r.text, recommends_label(r), 1.0) for r in ours if r.labels.get("polarity")]
    texts = [(r, r.text, tuple(dict.fromkeys(x["reason"] for x in r.labels.get("reasons", []))), 1.0) for r in ours]
    return texts if whole else [*texts, *(example for r in ours for example in clause_examples(r))]


def recommends_label(row: Row) -> tuple[str, ...]:
    """yes, no, or unsaid."""
    said = row.labels.get("recommends")
    return (UNSAID_LABEL if said is None else "yes" if said else "no",)


def clause_examples(row: Row) -> list[Labelled]:
    """Clauses of texts that have several, with the reasons whose quotes they share at least half of."""
    parts = clauses(row.text)
    if len(parts) < 2:
        return []
    quotes = [
        (reason["reason"], row.text.find(reason["quote"]), len(reason["quote"]))
        for reason in row.labels.get("reasons", [])
    ]
    examples = []
    for clause in parts:
        labels = []
        for reason, start, length in quotes:
            shared = min(clause.end, start + length) - max(clause.start, start)
            if start >= 0 and shared >= QUOTE_SHARE * min(length, clause.end - clause.start):
                labels.append(reason)
        examples.append((row, clause.text, tuple(dict.fromkeys(labels)), CLAUSE_WEIGHT_IN_TRAINING))
    return examples
