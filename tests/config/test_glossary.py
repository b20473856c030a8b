"""The glossary's page and the one of the documentation say the same, in both languages."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils.translation import override

from config.glossary import GROUPS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def written():
    """The documentation's rows: word, Italian word, meaning."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", DOCS.read_text(), flags=re.MULTILINE)
    return [(word, italian, meaning.replace("`", "")) for word, italian, meaning in rows if word != "Word"]


def shown(language):
    with override(language):
        return [(str(word), str(meaning)) for _title, words in GROUPS for word, meaning in words]


def test_page_and_documentation_say_the_same():
    assert shown("en") == [(word, meaning) for word, _italian, meaning in written()]


def test_italian_words_are_those_that_the_pages_use():
    assert [word for word, _meaning in shown("it")] == [italian for _word, italian, _meaning in written()]


@pytest.mark.django_db
def test_page_shows_every_word(client):
    client.force_login(User.objects.create_user("anna", is_staff=True))

    page = client.get("/admin/glossary/").content.decode()

    assert page.count("<dt>") == len(written())
