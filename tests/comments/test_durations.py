"""Cases worked out by hand; they were written apart from the training texts."""

from __future__ import annotations

from datetime import date

import pytest

from callsignals.comments.durations import relationship_duration

WRITTEN = date(2024, 6, 15)

STATED = [
    ("en", "I've been listening to your podcast for a year", 12),
    ("en", "been following you for half a year", 6),
    ("en", "We have followed you for a year and a half", 18),
    ("en", "Customer for 1.5 years now", 18),
    ("en", "known of you for one and a half years", 18),
    ("en", "a reader for two and a half years", 30),
    ("en", "I have read your blog for a couple of years", 24),
    ("en", "listened for a few months", 3),
    ("en", "I've been subscribed for 18 months", 18),
    ("en", "following you about three weeks", 0.7),
    ("en", "been a client for over ten years", 120),
    ("en", "I've used you for almost twelve months", 12),
    ("en", "we've been with you 2-3 years", 30),
    ("en", "been a listener for a year or two", 18),
    ("en", "I have known you for a decade", 120),
    ("en", "I've been a subscriber since 2019", 60),
    ("en", "following you since March 2023", 15),
    ("en", "a friend told me about you two years ago", 24),
    ("en", "Met you at a fair six months ago", 6),
    ("en", "Love the podcast. Three years now.", 36),
    ("en", "I've read your newsletter for the past year", 12),
    ("sv", "Lyssnat på er podd i ett halvår", 6),
    ("sv", "följt er i ett år", 12),
    ("sv", "har följt er i ett och ett halvt år", 18),
    ("sv", "Jag har känt till er i 1,5 år", 18),
    ("sv", "kund i halvannat år", 18),
    ("sv", "har läst bloggen i två och ett halvt år", 30),
    ("sv", "vi har varit kunder i ett par år", 24),
    ("sv", "lyssnat några månader", 3),
    ("sv", "prenumererat i tre månader", 3),
    ("sv", "har lyssnat i tva ar", 24),
    ("sv", "följt er ett tag, fyra år ungefär", 48),
    ("sv", "Varit kund i över tio år", 120),
    ("sv", "kund sedan 2019", 60),
    ("sv", "följt er sen mars 2023", 15),
    ("sv", "jag har haft ert nyhetsbrev i snart ett år", 12),
    ("sv", "Fick tips av en kompis för två år sedan", 24),
    ("sv", "träffade er på en mässa för ett halvår sen", 6),
    ("sv", "vi har använt er i 6 månader", 6),
    ("sv", "jag har lyssnat på er i nåt år", 12),
    ("sv", "Följt er i två veckor", 0.5),
    ("fi", "olen kuunnellut podcastianne puoli vuotta", 6),
    ("fi", "Seurannut teitä vuoden verran", 12),
    ("fi", "ollut asiakas puolitoista vuotta", 18),
    ("fi", "olemme olleet asiakkaita puolentoista vuoden ajan", 18),
    ("fi", "olen seurannut teitä 1,5 vuotta", 18),
    ("fi", "lukenut blogia kaksi ja puoli vuotta", 30),
    ("fi", "seurannut pari vuotta", 24),
    ("fi", "oon kuunnellu teitä parin vuoden ajan", 24),
    ("fi", "tilannut uutiskirjettä kolme kuukautta", 3),
    ("fi", "kuunnellut muutaman kuukauden", 3),
    ("fi", "seurannut teitä kolmisen vuotta", 36),
    ("fi", "asiakkaana 6 kk", 6),
    ("fi", "asiakas vuodesta 2019", 60),
    ("fi", "olen seurannut teitä vuodesta 2019 lähtien", 60),
    ("fi", "Olemme käyttäneet teitä yli kymmenen vuotta", 120),
    ("fi", "kaveri vinkkasi kaksi vuotta sitten", 24),
    ("fi", "tapasimme messuilla puoli vuotta sitten", 6),
    ("fi", "oon kuunnellu jo vuoden", 12),
    ("fi", "seurannut teitä kaks vuotta", 24),
    ("fi", "kuunnellut kolmen kuukauden ajan", 3),
]

UNSAID = [
    ("en", "A friend told me"),
    ("en", "we waited six months for the last supplier"),
    ("en", "you offer a two year warranty, we found you on Google"),
    ("en", "followed you for years"),
    ("en", "I hear your ad twice a year"),
    ("en", "saw you in the 2019 annual report"),
    ("en", "found you after searching for two years for a supplier"),
    ("en", "my 3 year old follows your cat videos"),
    ("sv", "En kollega tipsade"),
    ("sv", "vi väntade i sex månader på förra leverantören"),
    ("sv", "vi har följt er länge"),
    ("sv", "han är en kund som är nöjd"),
    ("sv", "hör er reklam två gånger om året"),
    ("sv", "läst er bok, 300 sidor"),
    ("fi", "Kaveri suositteli"),
    ("fi", "odotimme edellistä toimittajaa kuusi kuukautta"),
    ("fi", "olen seurannut teitä vuosia"),
    ("fi", "luin teistä vuoden 2023 raportista"),
    ("fi", "kuulen mainoksenne kaksi kertaa vuodessa"),
    ("fi", "luen viikkokirjettänne"),
]


@pytest.mark.parametrize(("language", "text", "months"), STATED)
def test_stated_durations(language: str, text: str, months: float) -> None:
    found = relationship_duration(text, language, WRITTEN)
    assert found is not None
    assert found.months == months


@pytest.mark.parametrize(("language", "text"), UNSAID)
def test_nothing_is_read_into_other_times(language: str, text: str) -> None:
    assert relationship_duration(text, language, WRITTEN) is None


def test_a_year_alone_needs_the_date_of_the_comment() -> None:
    found = relationship_duration("kund sedan 2019", "sv", None)
    assert found is not None
    assert found.months is None


def test_a_year_ahead_of_the_comment_is_no_duration() -> None:
    assert relationship_duration("customer since 2030", "en", WRITTEN) is None


def test_unknown_language_tries_all_three() -> None:
    found = relationship_duration("seurannut teitä pari vuotta", None)
    assert found is not None
    assert found.months == 24


def test_span_points_at_the_words() -> None:
    text = "Hej! Lyssnat på er podd i ett halvår."
    found = relationship_duration(text, "sv")
    assert found is not None
    assert text[found.start : found.end] == "ett halvår"
