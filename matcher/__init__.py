"""Rank therapists for a client's preferences and say why; start reading at `matcher.pipeline`."""
