"""Ready journeys: drawn, named in English and Italian, with contents, goals and tests; taking one over.

One that is taken over is a draft like any other, and its contents are contents like any others.
"""

from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from django.db import transaction
from pydantic import BaseModel, ConfigDict

from channels.contents import save_content
from channels.models import ChannelKind, Content
from journeys.acts import Person
from journeys.files import JourneyFile, loaded
from journeys.filing import store
from journeys.models import Journey

GALLERY = files("journeys.gallery")
LETTER = "letter.mjml"
# Words of the letter in each language.
WORDS = {
    "en": {"hello": "Hello", "stop": "Stop these messages"},
    "it": {"hello": "Ciao", "stop": "Non ricevere più questi messaggi"},
}


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Said(_Shape):
    """What a journey is called, and what it is for."""

    name: str
    description: str


class Text(_Shape):
    """A content in one language: of an e-mail heading, paragraphs and button; else its body."""

    subject: str = ""
    heading: str = ""
    paragraphs: list[str] = []
    button: str = ""
    body: str = ""
    link: str = ""


class ReadyContent(_Shape):
    """What a ready journey sends."""

    slug: str
    name: str
    channel: ChannelKind
    is_transactional: bool = False
    texts: dict[str, Text]


class ReadyJourney(_Shape):
    """One journey of the gallery."""

    italian: Said
    journey: JourneyFile
    contents: list[ReadyContent]

    @property
    def slug(self) -> str:
        """By which it is chosen."""
        return self.journey.journey

    def said(self, language: str) -> Said:
        """Its name and purpose in a language."""
        if language.startswith("it"):
            return self.italian
        return Said(name=self.journey.name, description=self.journey.description)


@cache
def ready_journeys() -> dict[str, ReadyJourney]:
    """All of the gallery by their keys."""
    texts = sorted(
        (one.name, one.read_text("utf-8")) for one in GALLERY.iterdir() if one.name.endswith(".yaml")
    )
    found = [ReadyJourney.model_validate(loaded(text, "yaml")) for _name, text in texts]
    return {one.slug: one for one in found}


@transaction.atomic
def take_over(ready: ReadyJourney, language: str, by: Person = None) -> Journey:
    """Make a draft of it, with its tests and those of its contents that are not there yet."""
    known = set(Content.objects.filter(slug__in=ready.journey.contents).values_list("slug", flat=True))
    for content in ready.contents:
        if content.slug not in known:
            _save(content)
    said = ready.said(language)
    file = ready.journey.model_copy(update={"journey": _free(ready.slug), **said.model_dump()})
    return store(file, by).journey


def _save(content: ReadyContent) -> None:
    fields: dict[str, Any] = content.model_dump(include={"slug", "name", "channel", "is_transactional"})
    texts = [_text(content, language, text) for language, text in content.texts.items()]
    save_content(Content(**fields), texts)


def _text(content: ReadyContent, language: str, text: Text) -> dict[str, str]:
    if content.channel != ChannelKind.EMAIL:
        said = {"subject": text.subject, "body": text.body, "link": text.link}
        return {"language": language} | {name: value for name, value in said.items() if value}
    words = WORDS[language] | {"heading": text.heading, "button": _button(text)}
    paragraphs = "\n        ".join(f"<mj-text>{paragraph}</mj-text>" for paragraph in text.paragraphs)
    body = Template(GALLERY.joinpath(LETTER).read_text("utf-8")).substitute(words, paragraphs=paragraphs)
    return {"language": language, "subject": text.subject, "body": body}


def _button(text: Text) -> str:
    return (
        f'<mj-button href="{{{{ brand.url }}}}{text.link}">{text.button}</mj-button>' if text.button else ""
    )


def _free(slug: str) -> str:
    """The key, or with a number behind it the first that no journey has."""
    taken = set(Journey.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return slug if slug not in taken else next(one for one in numbered if one not in taken)
