"""Learn anew how texts are read as concerns, for the packaged encoders: writes models/reading.npz (`make reading`)."""

from __future__ import annotations

from pathlib import Path

from models.encoder import PACKAGED, encoder, part_names
from models.reading import PACKAGED_FILE, learned_letters, learned_parts, lines, write_packaged

TARGET = Path(__file__).parent.parent / "models" / PACKAGED_FILE


def main() -> None:
    """Embed the table and the vocabulary's phrases, learn, and write; five minutes on two cores."""
    packaged = encoder(PACKAGED)
    parts = dict(zip(part_names(packaged), learned_parts(packaged), strict=True))
    write_packaged(TARGET, parts, learned_letters())
    print(f"{TARGET.name}: learned from {len(list(lines()))} lines, {TARGET.stat().st_size:,} bytes.")


if __name__ == "__main__":
    main()
