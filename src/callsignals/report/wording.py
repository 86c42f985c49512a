"""What the interface says in one of three languages (catalogues in ``texts/``), and numbers as they write them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from callsignals.vocabulary.call_measures import CALL_MEASURES
from callsignals.vocabulary.definitions import DEFINITIONS
from callsignals.vocabulary.spoken import LANGUAGES

__all__ = ["DASH", "Wording", "wording"]

DASH = "–"
_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language.

    Attributes:
        language: ``en``, ``sv`` or ``fi``.
        sections: texts by section and key; keys are stable names of signals, reasons, labels and places in pages.
    """

    language: str
    sections: Mapping[str, Mapping[str, str]]

    def ui(self, key: str, **values: object) -> str:
        """A text of the interface, its ``{places}`` filled.

        Raises:
            KeyError: there is no such text.
        """
        return self.sections["ui"][key].format(**values)

    def named(self, section: str, name: str | None) -> str:
        """How people call something: a signal, a reason, a label. A name without a text is spelled out."""
        if name is None:
            return DASH
        return self.sections[section].get(name) or name.replace("_", " ").capitalize()

    def signal(self, name: str) -> str:
        """A signal for people."""
        return self.named("signal", name)

    def formula(self, name: str) -> str:
        """A signal's formula; the registry's own where the language has none."""
        definition = DEFINITIONS.get(name)
        text = self.sections["formula"].get(name) or (definition.formula if definition else "")
        return text.replace("`", "")

    def reason(self, name: str | None) -> str:
        """Why there is no value."""
        if name and name.startswith("language_") and name not in self.sections["reason"]:
            return self.sections["reason"]["language_other"].format(code=name.removeprefix("language_"))
        return self.named("reason", name)

    def label(self, label: str) -> str:
        """A category; ``reason:polarity`` as both."""
        name, _, polarity = label.partition(":")
        shown = self.named("label", name)
        return f"{shown} ({self.named('label', polarity).lower()})" if polarity else shown

    def labels(self, labels: Sequence[str]) -> str:
        """Several categories."""
        return ", ".join(self.label(label) for label in labels)

    def number(self, value: float, digits: int) -> str:
        """A number with this language's decimal mark."""
        text = f"{value:.{digits}f}"
        text = text.lstrip("-") if float(text) == 0 else text
        return text if self.language == "en" else text.replace(".", ",")

    def plain(self, value: float | None) -> str:
        """A numerator or denominator: whole numbers as such, others with two decimals."""
        if value is None:
            return DASH
        return self.number(value, 0 if float(value).is_integer() else 2)

    def figure(self, value: object, signal: str) -> str:
        """One value with its unit: ``43 %``, ``12.3 s``, ``yes``; a dash for none."""
        definition = DEFINITIONS.get(signal)
        if value is None:
            return DASH
        if isinstance(value, str):
            return self.label(value)
        if definition is None or not isinstance(value, int | float):
            return str(value)
        if definition.kind == "boolean":
            return self.ui("yes" if value >= 0.5 else "no")
        return self._with_unit(float(value), definition.unit)

    def _with_unit(self, value: float, unit: str) -> str:
        if unit == "share":
            return f"{self.number(100 * value, 0)} %"
        if unit == "ratio":
            return self.number(value, 2)
        if unit == "s" and abs(value) >= _MINUTE_S:
            minutes, seconds = divmod(round(value), _MINUTE_S)
            return f"{minutes} min {seconds} s"
        if unit == "points":
            return f"{'+' if round(value) > 0 else ''}{self.number(value, 0)}"
        if unit in ("count", "amount"):
            return self.plain(value)
        digits = 0 if unit in ("words/min", "per hour") and value >= 10 else 1
        named = self.sections["unit"].get(unit, unit)
        return f"{self.number(value, digits)} {named}".rstrip()

    def bounds(self, low: float | None, high: float | None, signal: str) -> str:
        """An interval, its unit once: ``38 to 48 %``; empty for none."""
        if low is None or high is None:
            return ""
        first, last = self.figure(low, signal), self.figure(high, signal)
        number, _, unit = first.partition(" ")
        return self.ui("from_to", low=number if unit and last.partition(" ")[2] == unit else first, high=last)

    def sureness(self, confidence: float) -> str:
        """A calibrated confidence in per cent; never a full hundred."""
        per_cent = round(100 * confidence)
        return self.ui("confidence", value=per_cent if per_cent < 100 else ">99")

    def shares(self, seller_share: float | None) -> str:
        """``seller 43 % : customer 57 %``, never a bare ratio; a dash when it is not known."""
        if seller_share is None:
            return DASH
        seller = round(100 * seller_share)
        return self.ui("shares", seller=seller, customer=100 - seller)


@cache
def wording(language: str) -> Wording:
    """The texts of one language; English for one that has none."""
    code = language if language in LANGUAGES else "en"
    text = files("callsignals.report").joinpath("texts", f"{code}.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(text)
    for name, measure in CALL_MEASURES.items():
        sections["signal"][name] = measure.names[code]
        sections["formula"].update({name: measure.formulas[code]} if code in measure.formulas else {})
    return Wording(code, sections)
