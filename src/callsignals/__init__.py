"""callsignals: per-lead trust signals from sales calls and customers' own words, on your own machine.

>>> import callsignals
>>> result = callsignals.run("workspace", out="out")  # doctest: +SKIP
>>> call = callsignals.analyse_call("call.wav", seller_channel=0, language="sv")  # doctest: +SKIP
>>> call.signals["seller_talk_share"].value  # doctest: +SKIP
>>> callsignals.classify(["En kollega tipsade om er podd"], kind="referral")[0].label  # doctest: +SKIP
"""

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
