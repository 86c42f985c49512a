"""From a file to who speaks when and what is said: decode, channels, voice activity, recogniser, diarization."""
