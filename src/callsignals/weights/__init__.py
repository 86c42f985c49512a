"""Which model files are used, where they lie, and proof that they are unaltered.

Recognisers are folders of CTranslate2 files. ``base`` comes with the installation, joined from two registry
packages; others are pulled once, by name, hub id or folder. Only :func:`pull` uses the network. The files
that this project ships itself (``models/NAME``) are verified the same way.
"""

from callsignals.weights.folders import WeightsFolder, cache_dir
from callsignals.weights.pulling import pull
from callsignals.weights.recognisers import whisper_model
from callsignals.weights.shipped import shipped_dir, shipped_model
from callsignals.weights.status import ModelStatus, list_models, verify_models

__all__ = [
    "ModelStatus",
    "WeightsFolder",
    "cache_dir",
    "list_models",
    "pull",
    "shipped_dir",
    "shipped_model",
    "verify_models",
    "whisper_model",
]
