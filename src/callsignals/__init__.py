"""callsignals: per-lead trust signals from sales calls and customers' own words, on your own machine.

>>> import callsignals
>>> result = callsignals.run("workspace", out="out")  # doctest: +SKIP
>>> call = callsignals.analyse_call("call.wav", seller_channel=0, language="sv")  # doctest: +SKIP
>>> call.signals["seller_talk_share"].value  # doctest: +SKIP
>>> callsignals.classify(["En kollega tipsade om er podd"], kind="referral")[0].label  # doctest: +SKIP

Names are loaded when first used, so that importing one room does not load every model library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callsignals.api import CallAnalysis, analyse_call, classify, run
    from callsignals.batch.run import RunResult
    from callsignals.comments.comment import ClassifiedComment
    from callsignals.errors import (
        CallSignalsError,
        Failure,
        InputError,
        MediaError,
        ModelError,
        OutputError,
        SettingsError,
        UsageError,
    )
    from callsignals.vocabulary.signal import Signal
    from callsignals.vocabulary.spoken import Activity, Transcript, Word

__all__ = [
    "Activity",
    "CallAnalysis",
    "CallSignalsError",
    "ClassifiedComment",
    "Failure",
    "InputError",
    "MediaError",
    "ModelError",
    "OutputError",
    "RunResult",
    "SettingsError",
    "Signal",
    "Transcript",
    "UsageError",
    "Word",
    "analyse_call",
    "classify",
    "run",
]

_HOMES = {
    "callsignals.api": ("CallAnalysis", "analyse_call", "classify", "run"),
    "callsignals.batch.run": ("RunResult",),
    "callsignals.comments.comment": ("ClassifiedComment",),
    "callsignals.errors": ("Failure", *(name for name in __all__ if name.endswith("Error"))),
    "callsignals.vocabulary.signal": ("Signal",),
    "callsignals.vocabulary.spoken": ("Activity", "Transcript", "Word"),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'callsignals' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
