"""The nouns that every room shares: what was spoken, what was measured, what each signal means."""
