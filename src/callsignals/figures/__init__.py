"""Figures over several answers: of a lead, a seller, a segment or the company, per period and in total.

Each kind of figure is a pure function from plain observations to :class:`~callsignals.vocabulary.signal.Signal`;
:mod:`callsignals.figures.grouped` applies it to every group and period.
"""
