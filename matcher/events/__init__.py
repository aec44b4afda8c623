"""Ranking experiments of clients who consented: who is in, what was shown, who was contacted. No terms, no words."""
