"""Talk shares of four real calls against the times that people marked."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.altered import HARPERVALLEY, samples_of, truth
from support import write_wav

WITHIN = 0.030
WITHIN_ON_AVERAGE = 0.015


def errors(shares: dict[str, float]) -> list[float]:
    return [abs(shares[call] - truth()[call]["agent_share_time"]) for call in HARPERVALLEY]


def test_seller_talk_share_is_that_of_the_marked_times(harpervalley, measure):
    found = errors({call: measure(heard).seller_share for call, heard in harpervalley.items()})
    assert max(found) <= WITHIN, found
    assert np.mean(found) <= WITHIN_ON_AVERAGE, found


def test_with_the_seller_on_the_other_channel_the_shares_change_places(harpervalley, measure):
    for heard in harpervalley.values():
        left, right = measure(heard, seller_channel=0), measure(heard, seller_channel=1)
        assert right.seller_share == pytest.approx(left.signals["customer_talk_share"].value)
        assert right.words_of("seller") == left.words_of("customer")
    caller = {call: 1 - measure(heard, seller_channel=1).seller_share for call, heard in harpervalley.items()}
    assert np.mean(errors(caller)) <= WITHIN_ON_AVERAGE


@pytest.mark.parametrize("call", ["00d676d7", "eb82ec7b"])
def test_a_recording_with_swapped_channels_and_a_manifest_that_says_so(call, hear, measure, tmp_path):
    samples, rate_hz = samples_of(call)
    swapped = hear(write_wav(tmp_path / "swapped.wav", samples[:, ::-1], rate_hz))
    share = measure(swapped, seller_channel=1).seller_share
    assert abs(share - truth()[call]["agent_share_time"]) <= WITHIN
    said = " ".join(measure(swapped, seller_channel=1).words_of("seller")).lower()
    assert "how can i help" in said


def test_what_the_parties_say_is_theirs(harpervalley, measure):
    for call, heard in harpervalley.items():
        measured = measure(heard)
        assert "how can i help" in " ".join(measured.words_of("seller")).lower()
        expected = truth()[call]
        words = {party: len(measured.words_of(party)) for party in ("seller", "customer")}
        # Contractions and numbers in figures make fewer words of the same speech.
        assert 0.7 * expected["agent_words"] <= words["seller"] <= 1.15 * expected["agent_words"]
        assert 0.7 * expected["caller_words"] <= words["customer"] <= 1.15 * expected["caller_words"]
