"""What customers wrote: referrals, survey comments and replies, classified with an honest "I don't know".

A text goes through layers in order: normalise, language, spelling, empty-ish, rules, heads, calibration, abstention.
Each layer is one module; :mod:`callsignals.comments.classify` strings them together.
"""

from callsignals.comments.classify import CommentClassifier
from callsignals.comments.comment import (
    ClassifiedComment,
    CommentText,
)

__all__ = [
    "ClassifiedComment",
    "CommentClassifier",
    "CommentText",
]
