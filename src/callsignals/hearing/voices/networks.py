"""The two networks, on onnxruntime with one thread: who speaks in a window, and what a voice is like.

Segmentation: pyannote segmentation-3.0 (MIT, CNRS; Bredin, "pyannote.audio 2.1", Interspeech 2023; powerset of three
speakers: Plaquet and Bredin 2023). Voiceprints: CAM++ (Wang et al., Interspeech 2023; 3D-Speaker, Apache-2.0).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import onnxruntime

from callsignals.hearing.recording import SAMPLE_RATE_HZ, Float32, Recording
from callsignals.weights import shipped_model

__all__ = [
    "FRAME_S",
    "FRAME_WIDTH_S",
    "LOCAL_SPEAKERS",
    "VOICEPRINT_SIZE",
    "WINDOW_S",
    "load_network",
    "segment_windows",
    "voiceprints",
]

WINDOW_S = 10.0
FRAME_S = 270 / SAMPLE_RATE_HZ
FRAME_WIDTH_S = 991 / SAMPLE_RATE_HZ
LOCAL_SPEAKERS = 3
VOICEPRINT_SIZE = 192
NetworkName = Literal["segmentation", "voiceprint"]
_WINDOW_SAMPLES = int(WINDOW_S * SAMPLE_RATE_HZ)
_BATCH = 8
# Rows: the network's seven classes; columns: its three local speakers.
_POWERSET = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=np.bool_)


def load_network(name: NetworkName) -> onnxruntime.InferenceSession:
    """A network on one thread, its file verified.

    Raises:
        ModelError: the file is missing or altered.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    path = shipped_model("diarization") / f"{name}.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


_session = lru_cache(maxsize=2)(load_network)


def segment_windows(recording: Recording, channel: int, starts: list[int]) -> npt.NDArray[np.bool_]:
    """Local speakers in 10 s windows.

    Args:
        recording: decoded audio.
        channel: row of its samples.
        starts: first sample of each window; windows past the end are padded with silence.

    Returns:
        Shape (windows, frames, 3): which of a window's three local speakers is active, a frame every 16.9 ms.
    """
    parts = []
    for at in range(0, len(starts), _BATCH):
        windows = [recording.block(channel, start, start + _WINDOW_SAMPLES) for start in starts[at : at + _BATCH]]
        padded = np.stack([np.pad(window, (0, _WINDOW_SAMPLES - len(window))) for window in windows])
        (scores,) = _session("segmentation").run(None, {"x": padded[:, None]})
        parts.append(_POWERSET[scores.argmax(axis=-1)])
    return np.concatenate(parts)


def voiceprints(features: Float32) -> Float32:
    """Voiceprints of equally long stretches.

    Args:
        features: shape (stretches, frames, 80), log mel energies with each stretch's mean taken off.

    Returns:
        Shape (stretches, 192), unit length.
    """
    (vectors,) = _session("voiceprint").run(None, {"x": features.astype(np.float32)})
    unit: Float32 = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
