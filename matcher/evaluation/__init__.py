"""Judgments, measures and intervals: how one ranking compares with another. Arrays only, no database."""
