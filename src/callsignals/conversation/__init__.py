"""From a transcript to signals: roles, timeline, turns, sentences, questions, call type, measures."""
