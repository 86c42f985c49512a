"""Language of a text, lemmas and compounds, term lists, mentions of terms and what they amount to."""
