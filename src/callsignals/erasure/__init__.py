"""Removing people and what is past its date from OUT, everywhere, and proving it."""
