"""What hearing depends on besides the recording; light to import, since whoever looks results up needs it too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callsignals.files import digest_of, file_digest
from callsignals.hearing.device import Device, choose_device
from callsignals.vocabulary.choices import DeviceChoice
from callsignals.weights import shipped_model, whisper_model

__all__ = ["HEARING_VERSION", "VOICEPRINT_VERSION", "HearingSettings"]

HEARING_VERSION = 5
"""Raised whenever the same recording and settings would be heard differently."""

VOICEPRINT_VERSION = 1
"""Raised whenever the same voice would get another voiceprint."""


@dataclass(frozen=True, slots=True)
class HearingSettings:
    """All that hearing depends on besides the recording.

    Attributes:
        model: recogniser of languages that have none of their own, and of language detection.
        models: (language, recogniser) pairs.
        digests: (recogniser, digest of its files) pairs, for every recogniser named.
        hotwords: names and brands to listen for.
        beam_size: hypotheses kept.
        device: where the recogniser runs.
        compute_type: None for the device's default.
        max_hours: decoded hours of one recording before it is refused.
        diarize: whether voices in mono are told apart.
        voices_digest: of the networks that tell them apart.
        speakers: voices expected in mono.
        voiceprints: whether each voice's voiceprint is kept; what is heard does not depend on it.
    """

    model: str
    models: tuple[tuple[str, str], ...]
    digests: tuple[tuple[str, str], ...]
    hotwords: tuple[str, ...]
    beam_size: int
    device: Device
    compute_type: str | None
    max_hours: float
    diarize: bool
    voices_digest: str
    speakers: int = 2
    voiceprints: bool = False

    @classmethod
    def resolve(
        cls,
        *,
        model: str,
        models: Mapping[str, str],
        hotwords: Sequence[str],
        beam_size: int,
        device: DeviceChoice,
        compute_type: str,
        max_hours: float,
        diarize: bool,
        speakers: int = 2,
        voiceprints: bool = False,
    ) -> HearingSettings:
        """Settings with every model found and verified.

        Raises:
            ModelError: a model is missing or altered.
        """
        names = sorted({model, *models.values()})
        return cls(
            model=model,
            models=tuple(sorted(models.items())),
            digests=tuple((name, whisper_model(name).digest) for name in names),
            hotwords=tuple(hotwords),
            beam_size=beam_size,
            device=choose_device(device),
            compute_type=None if compute_type == "auto" else compute_type,
            max_hours=max_hours,
            diarize=diarize,
            speakers=speakers,
            voices_digest=file_digest(shipped_model("diarization") / "manifest.json"),
            voiceprints=voiceprints,
        )

    def digest(self) -> str:
        """Of everything that changes what is heard; a recording over the budget is never heard at all."""
        models = dict(self.digests)
        return digest_of(
            [
                HEARING_VERSION,
                models[self.model],
                [[language, models[name]] for language, name in self.models],
                list(self.hotwords),
                self.beam_size,
                self.device,
                self.compute_type,
                self.voices_digest if self.diarize else None,
                self.speakers,
            ]
        )
