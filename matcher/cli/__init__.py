"""The command `matcher`, a file for each kind of work; `main` puts the commands together."""
