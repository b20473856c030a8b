from collections import Counter

import polib

from scripts import messages


def test_every_string_has_its_italian() -> None:
    catalogue = polib.pofile(str(messages.TARGET))
    translated = {messages.entry_key(entry) for entry in catalogue.translated_entries()}

    assert messages.gather() - translated == set()


def test_translations_keep_their_placeholders() -> None:
    placeholder = messages.re.compile(r"%\(\w+\)[sd]|\{\d*\}|%s")

    for entry in polib.pofile(str(messages.TARGET)):
        said, meant = entry.msgstr_plural.get(1) or entry.msgstr, entry.msgid_plural or entry.msgid
        assert sorted(placeholder.findall(said)) == sorted(placeholder.findall(meant)), entry.msgid


def test_strings_are_found_in_templates_and_code() -> None:
    plural = "{% blocktranslate count n=1 %}one{% plural %}{{ n }} many{% endblocktranslate %}"
    template = '{% load i18n %}{% translate "Hello" %}' + plural

    assert list(messages.extract(messages.as_python(template))) == ["Hello", ("one", "%(n)s many")]
    assert list(messages.extract('x = _("Hi"); ngettext("a", "b", 2)')) == ["Hi", ("a", "b")]
    assert set(messages.extract("""x = f"{_('Hi')} {name}\"""")) == {"Hi"}


def test_no_singular_has_two_plurals() -> None:
    """A catalogue finds both by the singular alone: one would be said in place of the other."""
    plurals = Counter(entry.msgid for entry in polib.pofile(str(messages.TARGET)) if entry.msgid_plural)

    assert [singular for singular, many in plurals.items() if many > 1] == []
