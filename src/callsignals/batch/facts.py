"""``run.json``: what ran, with which models, how long it took and how much memory it used."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from callsignals.batch.memory import own_peak_bytes
from callsignals.batch.provenance import Provenance
from callsignals.files import file_digest
from callsignals.weights import shipped_dir

__all__ = ["Clock", "run_facts"]

_PACKAGES = ("ctranslate2", "faster-whisper", "onnxruntime", "polars", "spacy")


@dataclass(slots=True)
class Clock:
    """Wall seconds per stage, for ``run.json`` alone."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times its body."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - begun, 3)


def run_facts(
    provenance: Provenance,
    *,
    classifier_digest: str,
    recognisers: Sequence[str],
    counts: Mapping[str, int],
    notices: Sequence[str],
    clock: Clock,
    worker_peak_bytes: int | None,
) -> dict[str, Any]:
    """The contents of ``run.json``.

    Args:
        provenance: digests of settings, definitions and terms.
        classifier_digest: "" when there are no comments.
        recognisers: (name@digest) of those that heard these calls.
        counts: as in ``RunResult``.
        notices: as in ``RunResult``.
        clock: of this run.
        worker_peak_bytes: largest memory of a worker, None when none ran or it is not known.
    """
    shipped = sorted((shipped_dir() / "models").glob("*/manifest.json"))
    return {
        "callsignals": version("callsignals"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: version(name) for name in _PACKAGES},
        "source": provenance.source,
        "settings_digest": provenance.settings_digest,
        "definitions_digest": provenance.definitions_digest,
        "terms_digest": provenance.terms_digest,
        "comment_models_digest": classifier_digest or None,
        "models": {
            "recognisers": list(recognisers),
            **{path.parent.name: file_digest(path) for path in shipped},
        },
        "counts": dict(counts),
        "notices": list(notices),
        "stage_seconds": clock.seconds,
        "peak_memory_bytes": {"process": own_peak_bytes(), "largest_worker": worker_peak_bytes},
    }
