"""Translations are built in Python alone."""

import gettext
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
WORDS = """msgid "stage"
msgstr "fase"

msgid "%d day"
msgid_plural "%d days"
msgstr[0] "%d giorno"
msgstr[1] "%d giorni"
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "compile_messages", ROOT / "scripts" / "compile_messages.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "locale/it/LC_MESSAGES").mkdir(parents=True)
    return module


def source(folder: Path, text: str) -> Path:
    path = folder / "locale/it/LC_MESSAGES/django.po"
    path.write_text(HEAD + text)
    return path


def test_catalogue_is_built_with_plurals(script, tmp_path):
    path = source(tmp_path, WORDS)

    assert script.main(check=True) == 0

    with path.with_suffix(".mo").open("rb") as file:
        italian = gettext.GNUTranslations(file)
    assert italian.gettext("stage") == "fase"
    assert [italian.ngettext("%d day", "%d days", n) for n in (1, 7)] == ["%d giorno", "%d giorni"]


@pytest.mark.parametrize("entry", ['msgid "cap"\nmsgstr ""\n', '#, fuzzy\nmsgid "cap"\nmsgstr "berretto"\n'])
def test_missing_or_unsure_translation_fails_the_check(script, tmp_path, capsys, entry):
    source(tmp_path, WORDS + "\n" + entry)

    assert script.main(check=True) == 1
    assert "not translated: 'cap'" in capsys.readouterr().out
