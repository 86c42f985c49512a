"""Every format of the shipped example is heard in full."""

from __future__ import annotations

from fractions import Fraction

import av
import pytest

from acceptance.altered import HARPERVALLEY, truth
from support import AUDIO

WITHIN_S = 0.2


@pytest.mark.parametrize("call", HARPERVALLEY)
def test_wav_flac_mp3_and_opus_have_their_length_and_their_parties(call, harpervalley, measure):
    heard = harpervalley[call]
    assert heard.duration_s == pytest.approx(truth()[call]["call_s"], abs=WITHIN_S)
    assert heard.audio_complete
    assert heard.channel_mode == "stereo"
    assert heard.findings == ()
    assert 0.5 < measure(heard).seller_share < 0.75


def test_m4a(hear, measure, tmp_path):
    """The first half minute of the car repair call, cut without coding anew."""
    part = tmp_path / "part.m4a"
    until_s = Fraction(0)
    with av.open(str(AUDIO / "auto_repairs_40.m4a")) as source, av.open(str(part), "w") as target:
        stream = source.streams.audio[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is None or packet.pts * packet.time_base >= 30:
                break
            until_s = (packet.pts + packet.duration) * packet.time_base
            packet.stream = copy
            target.mux(packet)
    heard = hear(part)
    assert heard.duration_s == pytest.approx(float(until_s), abs=WITHIN_S)
    assert heard.channel_mode == "stereo"
    measured = measure(heard)
    assert 0.1 < measured.seller_share < 0.9
    assert min(len(measured.words_of(party)) for party in ("seller", "customer")) >= 5


def test_mono_wav_is_told_apart_by_voice(hear, measure):
    """A sales call of 45 s; at 11 s the shop speaks."""
    heard = hear(AUDIO / "commercial_mono.wav")
    assert heard.duration_s == pytest.approx(45.3, abs=WITHIN_S)
    assert heard.channel_mode == "mono_diarized"
    measured = measure(heard, seller_channel=None, seller_speaks_at_s=11.0)
    assert 0.3 < measured.seller_share < 0.8
    assert "chromecast" in " ".join(measured.words_of("customer")).lower()
