"""Pages and their style, rendered by `matcher.web` alone."""
