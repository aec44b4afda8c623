"""The directory: what therapists state, where each fact comes from, and how it is loaded and kept."""
