"""How well lists agree with our own reading of wishes: pooling, judgments, and the report of `make quality`."""
