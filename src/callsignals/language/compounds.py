"""Compound words and their parts."""
