"""Build locale/*/LC_MESSAGES/*.mo from the .po files, in Python alone, where they are out of date."""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def main(*, check: bool) -> int:
    """Build what is out of date; with `check` fail where a translation is marked as unsure or missing."""
    faults = 0
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if check:
            faults += report(source)
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            build(source, target)
    return 1 if faults else 0


def build(source: Path, target: Path) -> None:
    """Write one .mo; a reader never sees half of it."""
    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parts[-3])
    draft = target.with_suffix(".mo.new")
    with draft.open("wb") as file:
        write_mo(file, catalog)
    draft.replace(target)


def report(source: Path) -> int:
    """Print the entries that have no translation or an unsure one; returns how many."""
    with source.open("rb") as file:
        entries = [entry for entry in read_po(file, locale=source.parts[-3]) if entry.id]
    faults = [entry for entry in entries if entry.fuzzy or not all_strings(entry.string)]
    for entry in faults:
        print(f"{source.relative_to(ROOT)}:{entry.lineno}: not translated: {entry.id!r}")
    return len(faults)


def all_strings(string: object) -> bool:
    """Whether each form of a translation is there."""
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
