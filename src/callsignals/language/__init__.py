"""Which language a text is in, lemmas and compounds, term lists, mentions of terms and what they amount to."""
