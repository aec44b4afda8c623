"""Scripts of those who work on this: benchmarks, generated documents, pins, and how good lists are."""
