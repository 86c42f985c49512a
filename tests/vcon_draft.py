"""draft-ietf-vcon-vcon-core-03 field by field, as a JSON Schema written from its sections 2.2 and 4.

Stricter than the draft where this product never needs more: parameters that no section (or extension ``CC``) names are
refused, so that a misspelt one is found.
"""

from __future__ import annotations

from typing import Any

_UUID8 = r"^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_DATE = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"  # RFC 3339
_INDEX = {"type": "integer", "minimum": 0}
_INDICES = {"type": "array", "items": _INDEX}
_HASH = {"type": "string", "pattern": "^sha512-[A-Za-z0-9_-]{86}$"}  # base64url of 64 bytes, without padding
_CONTENT = {
    "body": {},
    "encoding": {"enum": ["base64url", "json", "none"]},
    "url": {"type": "string", "pattern": "^https://"},
    "content_hash": {"anyOf": [_HASH, {"type": "array", "items": _HASH}]},
    "mediatype": {"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"},
    "filename": {"type": "string"},
}
_TEXTS = (
    "tel", "sip", "stir", "mailto", "name", "did", "validation", "gmlpos", "org", "dept", "role", "contact_list",
)  # fmt: skip
_PARTY = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **{name: {"type": "string"} for name in _TEXTS},
        "uuid": {"type": "string", "pattern": _UUID8},
        "type": {"enum": ["person", "bot", "organization"]},
    },
}
_DIALOG = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "start"],
    "properties": {
        **_CONTENT,
        "type": {"enum": ["recording", "text", "transfer", "incomplete", "recording-set"]},
        "start": {"type": "string", "pattern": _DATE},
        "duration": {"type": "number", "minimum": 0},
        "parties": {
            "anyOf": [_INDEX, {"type": "array", "items": {"anyOf": [_INDEX, _INDICES, {"type": "null"}]}}],
        },
        "originator": _INDEX,
        "disposition": {"enum": ["no-answer", "congestion", "failed", "busy", "hung-up", "voicemail-no-message"]},
        "application": {"type": "string"},
    },
    "dependentRequired": {"body": ["encoding", "mediatype"], "url": ["content_hash"]},
    "if": {"properties": {"type": {"const": "incomplete"}}},
    "then": {
        "required": ["disposition"],
        "not": {"anyOf": [{"required": [name]} for name in ("body", "url", "content_hash", "encoding")]},
    },
    "else": {"not": {"required": ["disposition"]}},
}
_ANALYSIS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "vendor", "dialog", "body", "encoding"],
    "properties": {
        **_CONTENT,
        "type": {"enum": ["report", "sentiment", "summary", "transcript", "translation", "tts"]},
        "dialog": {"anyOf": [_INDEX, _INDICES]},
        "vendor": {"type": "string"},
        "product": {"type": "string"},
        "schema": {"type": "string"},
    },
}
VCON: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["vcon", "uuid", "created_at", "parties"],
    "properties": {
        "vcon": {"const": "0.4.0"},
        "uuid": {"type": "string", "pattern": _UUID8},
        "extensions": {"type": "array", "items": {"type": "string"}},
        "created_at": {"type": "string", "pattern": _DATE},
        "subject": {"type": "string"},
        "redacted": {
            "type": "object",
            "additionalProperties": False,
            "required": ["type"],
            "properties": {"type": {"type": "string"}, "uuid": {"type": "string", "pattern": _UUID8}},
        },
        "parties": {"type": "array", "items": _PARTY},
        "dialog": {"type": "array", "items": _DIALOG},
        "analysis": {"type": "array", "items": _ANALYSIS},
        "attachments": {"type": "array"},
    },
}


def indices_of(vcon: dict[str, Any]) -> tuple[set[int], set[int]]:
    """Every party and every dialog that is referred to."""
    parties: set[int] = set()
    for dialog in vcon["dialog"]:
        for entry in dialog["parties"]:
            parties |= set(entry) if isinstance(entry, list) else {entry} - {None}
    return parties, {analysis["dialog"] for analysis in vcon["analysis"]}
