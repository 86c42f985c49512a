"""``callsignals.toml``: every key optional, every unknown key an error that names the nearest known one."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from callsignals.errors import SettingsError
from callsignals.inputs.rows import Scale
from callsignals.inputs.settings_checks import checked_clock, checked_country, checked_weights, nearest_name
from callsignals.inputs.values import language_code
from callsignals.vocabulary.choices import UNNAMED_WORKSPACE, DeviceChoice, Every, RedactionLevel, Tier

__all__ = [
    "SETTINGS_FILE",
    "BatchSettings",
    "CallsSettings",
    "CommentsSettings",
    "DiarizationSettings",
    "FiguresSettings",
    "FunnelSettings",
    "IndexSettings",
    "MessagesSettings",
    "PrivacySettings",
    "RecognitionSettings",
    "RecordsSettings",
    "RemoteSettings",
    "ReportSettings",
    "SegmentsSettings",
    "Settings",
    "TermsSettings",
    "WorkspaceSettings",
    "load_settings",
]

SETTINGS_FILE = "callsignals.toml"

_CHANNELS = {"left": 0, "right": 1, 0: 0, 1: 1}


def _zone_name(value: Any) -> Any:  # noqa: ANN401 - whatever TOML held
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value).key
    except (ValueError, OSError, KeyError) as error:  # KeyError: ZoneInfoNotFoundError
        raise ValueError(
            'is not a time zone that this machine knows; use an IANA name such as "Europe/Stockholm" or "UTC"'
        ) from error


def _channel(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | str) or value not in _CHANNELS:
        raise ValueError('must be 0, 1, "left" or "right"')
    return _CHANNELS[value]


def _language(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        code = language_code(value)
        if code is None:
            raise ValueError('must be "en", "sv" or "fi"')
        return code
    return value


def _models(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {_language(key): model for key, model in value.items()}
    return value


Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]
LanguageCode = Annotated[str, BeforeValidator(_language)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WorkspaceSettings(_Section):
    """``[workspace]``."""

    name: str = Field(default=UNNAMED_WORKSPACE, min_length=1, description="goes into every record's `source`")
    timezone: Annotated[str, BeforeValidator(_zone_name)] | None = Field(
        default=None, description="IANA name; how times without an offset are read"
    )
    company_names: Texts = Field(
        default=(), description="what our people call our company in calls; tells the seller by the words"
    )


class CallsSettings(_Section):
    """``[calls]``."""

    audio_roots: Texts = Field(
        default=(), description="further folders that calls may name, relative to the workspace or absolute"
    )
    seller_channel: Annotated[int, BeforeValidator(_channel)] | None = Field(
        default=None, description="which channel the seller is on when a row does not say"
    )
    own_lead_when_blank: bool = Field(
        default=False, description="a call without a lead is a lead of its own instead of a failure"
    )
    max_hours: float = Field(
        default=6.0,
        gt=0,
        le=1000,
        allow_inf_nan=False,
        description="decoded hours of one recording before it is refused",
    )


class CommentsSettings(_Section):
    """``[comments]``."""

    default_scale: Scale | None = Field(default=None, description="scale of scores whose row does not name one")
    models: str | None = Field(
        default=None,
        min_length=1,
        description="folder of heads that `models train` wrote; comment-models if it is there",
    )
    rules: str | None = Field(
        default=None, min_length=1, description="file of your own brands and phrases; comment-rules.toml if it is there"
    )
    tier: Tier = Field(default="auto", description="who classifies: exact, fast, or the fast one where it is sure")


class RecognitionSettings(_Section):
    """``[recognition]``."""

    model: str = Field(default="base", min_length=1, description="name or folder of the weights")
    models: Annotated[dict[str, str], BeforeValidator(_models)] = Field(
        default_factory=dict, description="weights per language, winning over `model`"
    )
    language: LanguageCode | None = Field(default=None, description="forced for every call whose row does not say")
    hotwords: Texts = Field(default=(), description="names and brands to listen for")
    beam_size: int = Field(default=2, ge=1, le=20, description="hypotheses kept while decoding; 1 is greedy")
    device: DeviceChoice = "auto"
    compute_type: Literal[
        "auto",
        "int8",
        "int8_float16",
        "int8_float32",
        "int8_bfloat16",
        "int16",
        "float16",
        "bfloat16",
        "float32",
    ] = Field(default="auto", description="auto: int8 on a CPU, float16 on a GPU that has it")


class DiarizationSettings(_Section):
    """``[diarization]``."""

    enabled: bool = Field(default=True, description="tell voices apart in mono recordings")
    speakers: int = Field(default=2, ge=1, le=10, description="voices to expect in mono recordings")


class PrivacySettings(_Section):
    """``[privacy]``."""

    redact: RedactionLevel = Field(
        default="all", description="what copies of words hide: names too, contact details and numbers alone, nothing"
    )
    voiceprints: bool = Field(
        default=False, description="keep voiceprints in OUT/.cache to know a seller's voice again from call to call"
    )
    voiceprint_key_env: str | None = Field(
        default=None, min_length=1, description="environment variable with the Fernet key of kept voiceprints"
    )
    voiceprint_key_file: str | None = Field(
        default=None, min_length=1, description="the same from a file, relative to the workspace or absolute"
    )
    require_basis: bool = Field(default=False, description="refuse calls without a lawful_basis")


class TermsSettings(_Section):
    """``[terms]``."""

    file: str = Field(default="terms.toml", min_length=1, description="relative to the workspace, or absolute")


class RecordsSettings(_Section):
    """``[records]``."""

    include_text: bool = Field(default=False, description="put the redacted words of the evidence into signal rows")


class SegmentsSettings(_Section):
    """``[segments]``."""

    columns: Texts = Field(default=(), description="extra columns that group the figures")


class FunnelSettings(_Section):
    """``[funnel]``."""

    stages: Texts = Field(default=(), description="stages of the lead table in their order, for stage_conversion_share")


class FiguresSettings(_Section):
    """``[figures]``."""

    every: Every = Field(
        default="month", description="periods of figures over several calls or answers in signals, beside totals"
    )


class MessagesSettings(_Section):
    """``[messages]``."""

    business_hours: Annotated[str, BeforeValidator(checked_clock)] | None = Field(
        default=None, description="reply times count these hours of working days alone; all hours when not set"
    )
    country: Annotated[str, BeforeValidator(checked_country)] | None = Field(
        default=None, description="ISO code: whose public holidays and weekends are no working days"
    )


class IndexSettings(_Section):
    """``[index]``."""

    weights: Annotated[dict[str, float], BeforeValidator(checked_weights)] = Field(
        default_factory=dict, description="signal = weight; gives the composite, which is off without them"
    )
    baseline: str | None = Field(
        default=None, min_length=1, description="period that changes are counted from; each signal's first when not set"
    )


class BatchSettings(_Section):
    """``[batch]``."""

    ray_address: str | None = Field(
        default=None, min_length=1, description="Ray cluster for --engine ray; RAY_ADDRESS, else a local one"
    )
    watch_poll_s: float = Field(
        default=5.0, gt=0, le=3600, allow_inf_nan=False, description="--watch: seconds between two looks at the folder"
    )
    watch_stable_s: float = Field(
        default=10.0,
        ge=0,
        le=86_400,
        allow_inf_nan=False,
        description="--watch: a file that did not grow so long is whole",
    )


class RemoteSettings(_Section):
    """``[remote]``: workspaces and results that are named by an address."""

    disk_gb: float = Field(
        default=20.0,
        gt=0,
        allow_inf_nan=False,
        description="gigabytes (10^9 bytes) of recordings that lie on this machine at once",
    )
    lock_minutes: float = Field(
        default=30.0,
        ge=1,
        le=10_080,
        allow_inf_nan=False,
        description="a run that gave no sign of life for so long is taken for dead",
    )


class ReportSettings(_Section):
    """``[report]``."""

    title: str | None = Field(default=None, min_length=1)
    language: LanguageCode = "en"
    transcripts: bool = Field(default=True, description="show on call pages what was said")


class Settings(BaseModel):
    """All of ``callsignals.toml``. Frozen; ``model_dump(mode="json")`` is what digests are made of."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    workspace: WorkspaceSettings = WorkspaceSettings()
    calls: CallsSettings = CallsSettings()
    comments: CommentsSettings = CommentsSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    diarization: DiarizationSettings = DiarizationSettings()
    privacy: PrivacySettings = PrivacySettings()
    terms: TermsSettings = TermsSettings()
    records: RecordsSettings = RecordsSettings()
    segments: SegmentsSettings = SegmentsSettings()
    figures: FiguresSettings = FiguresSettings()
    funnel: FunnelSettings = FunnelSettings()
    messages: MessagesSettings = MessagesSettings()
    index: IndexSettings = IndexSettings()
    report: ReportSettings = ReportSettings()
    batch: BatchSettings = BatchSettings()
    remote: RemoteSettings = RemoteSettings()

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone of times without an offset, or None when it is not set."""
        return ZoneInfo(self.workspace.timezone) if self.workspace.timezone else None


def load_settings(path: Path) -> Settings:
    """Read and check one settings file.

    Args:
        path: a ``callsignals.toml`` that exists.

    Raises:
        SettingsError: the file cannot be read, is not TOML, or holds an unknown key or a wrong value.
    """
    table = _read_toml(path)
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        raise _settings_error(path, error) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")  # Notepad writes a BOM, which TOML does not allow
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise SettingsError(str(path), f"cannot be read ({reason})", "Check that it exists and may be read.") from None
    except UnicodeDecodeError:
        raise SettingsError(str(path), "is not UTF-8 text", "Save the file as UTF-8.") from None
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            str(path),
            f"is not valid TOML: {error}",
            'Texts need quotes: name = "value"; lists need brackets: ["a", "b"].',
        ) from None


def _settings_error(path: Path, error: ValidationError) -> SettingsError:
    findings = [_finding(item["type"], item["loc"], item["msg"], item.get("input")) for item in error.errors()]
    problem = "; ".join(dict.fromkeys(problem for problem, _ in findings))
    remedy = " ".join(dict.fromkeys(remedy for _, remedy in findings))
    return SettingsError(str(path), problem, remedy)


def _finding(kind: str, loc: tuple[int | str, ...], message: str, value: object) -> tuple[str, str]:
    """Problem and remedy of one pydantic finding."""
    names = [str(part) for part in loc if not isinstance(part, int)]
    if kind == "extra_forbidden":
        return _unknown_key(names)
    where = f"key '{names[1]}' in [{names[0]}]" if len(names) > 1 else f"section [{names[0]}]"
    shown = json.dumps(value, ensure_ascii=False, default=str)
    said = re.sub(r"^Value error, ", "", message)
    if kind in {"model_type", "model_attributes_type"}:
        return (
            f"'{names[0]}' is {shown}, but it is the name of a section",
            f"Write [{names[0]}] on a line of its own and its keys below it.",
        )
    return f"{where} is {shown}: {said[:1].lower()}{said[1:]}", f"Correct or remove '{names[-1]}'."


def _unknown_key(names: list[str]) -> tuple[str, str]:
    sections = {name: tuple(field.annotation.model_fields) for name, field in _section_fields()}
    if len(names) == 1:
        return _unknown_top(names[0], sections)
    section, key = names[0], names[1]
    elsewhere = [name for name, keys in sections.items() if key in keys]
    problem = f"unknown key '{key}' in [{section}]"
    if elsewhere:
        return problem, f"'{key}' belongs in [{elsewhere[0]}]."
    known = sections[section]
    return problem, f"{nearest_name(key, known)}Known keys: {', '.join(known)}."


def _unknown_top(name: str, sections: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    elsewhere = [section for section, keys in sections.items() if name in keys]
    if elsewhere:
        return f"unknown key '{name}' outside any section", f"'{name}' belongs in [{elsewhere[0]}]."
    return (
        f"unknown section [{name}]",
        f"{nearest_name(name, tuple(sections))}Known sections: {', '.join(sections)}.",
    )


def _section_fields() -> list[tuple[str, Any]]:
    return list(Settings.model_fields.items())
