"""From a transcript to conversation signals: roles, timeline, turns, sentences, questions, call type, measures."""
