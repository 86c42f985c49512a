"""Signals of a call that are one module each; every module here with a ``MEASURES`` is found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from callsignals.vocabulary.call_measure import CallMeasure

__all__ = ["CALL_MEASURES"]


def _found() -> dict[str, CallMeasure]:
    modules = (
        import_module(f"{__name__}.{info.name}") for info in sorted(iter_modules(__path__), key=lambda m: m.name)
    )
    measures: list[CallMeasure] = [measure for module in modules for measure in module.MEASURES]
    return {measure.definition.name: measure for measure in measures}


CALL_MEASURES = _found()
"""By name, in the order of the modules' names."""
