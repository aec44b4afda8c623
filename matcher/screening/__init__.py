"""Whether the crisis panel is shown larger and earlier: tables of phrases, and the little that reads them."""
