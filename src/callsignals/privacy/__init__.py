"""Privacy: what may leave OUT, redaction of what was said and written."""
