"""A whole workspace at once: the four cached stages, workers, resuming, and the closing summary."""
