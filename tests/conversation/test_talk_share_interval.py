"""How sure a talk share is when voices in one channel had to be told apart, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from callsignals.conversation.measures import conversation_signals
from callsignals.vocabulary.signal import Signal
from callsignals.vocabulary.spoken import Transcript

MakeCall = Callable[..., Transcript]
SHARES = ("seller_talk_share", "customer_talk_share", "customer_seller_talk_ratio")


def measured(call: Transcript) -> dict[str, Signal]:
    return {signal.name: signal for signal in conversation_signals(call)[1]}


def mono(make_call: MakeCall, seller_s: float, customer_s: float, half_width: float | None, **more: str) -> Transcript:
    call = make_call([(0.0, seller_s)], [(seller_s, seller_s + customer_s)], channel_mode="mono_diarized", **more)
    return replace(call, talk_share_half_width=half_width)


def bounds(signal: Signal) -> tuple[float | None, float | None, float | None]:
    return signal.low, signal.high, signal.interval


def test_both_shares_carry_the_same_half_width_and_the_ratio_its_transform(make_call: MakeCall) -> None:
    """Seller 60 s of 80 s: 0.75 +- 0.05; C / S from 0.2 / 0.8 to 0.3 / 0.7."""
    found = measured(mono(make_call, 60.0, 20.0, 0.05))
    assert bounds(found["seller_talk_share"]) == pytest.approx((0.70, 0.80, 0.9))
    assert bounds(found["customer_talk_share"]) == pytest.approx((0.20, 0.30, 0.9))
    assert bounds(found["customer_seller_talk_ratio"]) == pytest.approx((0.25, 0.3 / 0.7, 0.9))
    assert found["customer_seller_talk_ratio"].value == pytest.approx(1 / 3)


def test_shares_end_at_none_and_all(make_call: MakeCall) -> None:
    """Seller 57 s of 60 s: 0.95 +- 0.1."""
    found = measured(mono(make_call, 57.0, 3.0, 0.1))
    assert bounds(found["seller_talk_share"]) == pytest.approx((0.85, 1.0, 0.9))
    assert bounds(found["customer_talk_share"]) == pytest.approx((0.0, 0.15, 0.9))
    assert bounds(found["customer_seller_talk_ratio"]) == pytest.approx((0.0, 0.15 / 0.85, 0.9))


def test_a_ratio_to_a_seller_who_may_not_have_spoken_has_no_interval(make_call: MakeCall) -> None:
    """Seller 6 s of 100 s: 0.06 +- 0.08."""
    found = measured(mono(make_call, 6.0, 94.0, 0.08))
    assert bounds(found["seller_talk_share"]) == pytest.approx((0.0, 0.14, 0.9))
    assert found["customer_seller_talk_ratio"].value == pytest.approx(94 / 6)
    assert bounds(found["customer_seller_talk_ratio"]) == (None, None, None)


def test_what_is_known_for_certain_has_no_interval(make_call: MakeCall) -> None:
    """Channels of their own, whatever the transcript says; a mono call heard without a half-width."""
    stereo = replace(mono(make_call, 60.0, 20.0, 0.05), channel_mode="stereo")
    for call in (stereo, mono(make_call, 60.0, 20.0, None)):
        assert all(bounds(measured(call)[name]) == (None, None, None) for name in SHARES)


@pytest.mark.parametrize(("seller_s", "customer_s", "role_source"), [(60.0, 2.0, "manifest"), (60.0, 20.0, "unknown")])
def test_a_share_that_is_not_told_has_no_interval(
    make_call: MakeCall, seller_s: float, customer_s: float, role_source: str
) -> None:
    found = measured(mono(make_call, seller_s, customer_s, 0.05, role_source=role_source))
    for name in SHARES:
        assert found[name].status == "insufficient"
        assert bounds(found[name]) == (None, None, None)


def test_no_other_signal_gets_an_interval(make_call: MakeCall) -> None:
    found = measured(mono(make_call, 60.0, 20.0, 0.05))
    assert {name for name, signal in found.items() if signal.interval is not None} == {*SHARES}
