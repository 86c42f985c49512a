"""The trust index over time: one tidy table of periods and signals, from the files in OUT alone."""
