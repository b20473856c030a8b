"""Gather all strings that people see into locale/it/LC_MESSAGES/django.po, keeping what is translated.

    python scripts/messages.py            strings that are gone go, new ones come without translation
    python scripts/messages.py --check    fails where the file is not what this script would write

Pure Python: no gettext tools are needed. unfold and django-celery-beat ship no Italian, so those of their
strings that Django's own catalogues don't know are gathered too.
"""

import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django_celery_beat
import polib
import unfold
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo
from django import __file__ as django_init
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "locale" / "it" / "LC_MESSAGES" / "django.po"
APPS = ["config", "customers", "channels", "campaigns", "journeys", "insights", "sandbox"]
KEYWORDS: dict[str, object] = dict.fromkeys(
    ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy")
)
CALLS = re.compile(
    r"""ngettext\(.*?\)(?=\s|$)|gettext\(.*?\)(?=\s|$)|_\((?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")\)"""
)
# A call within an f-string is found by Python 3.12 and newer; the catalogue is the same for all.
IN_TEXT = re.compile(r"""\{(_\('[^'\\]+'\)|_\("[^"\\]+"\))\}""")
OURS = [*(ROOT / app for app in APPS), ROOT / "templates"]
THEIRS = [Path(unfold.__file__).parent, Path(django_celery_beat.__file__).parent]
UNSEEN = ("contrib", "crispy", "forms/", "management/", "migrations/", "schedulers")
HEADERS = {
    "Project-Id-Version": "Sette",
    "Language": "it",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
String = str | tuple[str, str]


def main(*, check: bool) -> int:
    """Write the catalogue anew; with `check` only say whether that would change its strings."""
    old = {entry_key(entry): entry for entry in polib.pofile(str(TARGET))} if TARGET.exists() else {}
    strings = gather()
    if check:
        missing = [string for string in strings if string not in old]
        for string in missing:
            print(f"not in {TARGET.relative_to(ROOT)}: {string!r}; run scripts/messages.py")
        return 1 if missing else 0
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = HEADERS
    for string in sorted(strings, key=str):
        catalogue.append(old.get(string) or new_entry(string))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(TARGET))
    print(f"{len(catalogue)} strings, {len(catalogue.untranslated_entries())} without translation")
    return 0


def gather() -> set[String]:
    """Our strings, and those of the libraries that no catalogue of Django's translates."""
    known = django_strings()
    ours = set(strings_of(OURS, skip=("migrations/",)))
    theirs = {string for string in strings_of(THEIRS, skip=UNSEEN) if first(string) not in known}
    return ours | theirs


def strings_of(folders: Iterable[Path], skip: tuple[str, ...]) -> Iterator[String]:
    """The strings of all Python files and templates below."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.suffix not in {".py", ".html"} or any(part in name for part in skip):
                continue
            text = path.read_text(encoding="utf-8")
            yield from extract(as_python(text) if path.suffix == ".html" else text)


def as_python(template: str) -> str:
    """The calls that a template's tags stand for, one a line."""
    return "\n".join(CALLS.findall(templatize(template)))


def extract(code: str) -> Iterator[String]:
    """The strings that Python code marks."""
    code += "".join(f"\n{call}" for call in IN_TEXT.findall(code))
    for _line, _function, messages, _comments in extract_python(io.BytesIO(code.encode()), KEYWORDS, (), {}):
        strings = messages if isinstance(messages, tuple) else (messages,)
        texts = [string for string in strings if isinstance(string, str)]
        if not texts or not texts[0]:
            continue
        yield (texts[0], texts[1]) if len(texts) > 1 else texts[0]


def django_strings() -> set[str]:
    """What Django itself has in Italian."""
    known: set[str] = set()
    for path in Path(django_init).parent.rglob("locale/it/LC_MESSAGES/django.mo"):
        with path.open("rb") as file:
            known |= {first(entry.id) for entry in read_mo(file) if entry.id}
    return known


def first(string: String | list[str]) -> str:
    """A string, or the singular of its two forms."""
    return string if isinstance(string, str) else string[0]


def entry_key(entry: polib.POEntry) -> String:
    """An entry as `gather` names it."""
    return (entry.msgid, entry.msgid_plural) if entry.msgid_plural else entry.msgid


def new_entry(string: String) -> polib.POEntry:
    """An entry that waits for its translation."""
    if isinstance(string, tuple):
        return polib.POEntry(msgid=string[0], msgid_plural=string[1], msgstr_plural={0: "", 1: ""})
    return polib.POEntry(msgid=string, msgstr="")


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
