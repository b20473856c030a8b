#!/usr/bin/env python
"""Run a management command; embedded servers are started for it where none are set up."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from config import embedded, serve

# Commands that need no server, or bring their own.
WITHOUT_SERVERS = {"", "--help", "--version", "check", "collectstatic", "help", "makemessages"}
WITHOUT_SERVERS |= {"makemigrations", "receive", "spectacular", "version"}


def main(words: list[str]) -> None:
    """Run the command with PostgreSQL and Valkey up, unless real ones are named or it needs none."""
    if words[1:2] == ["serve"]:
        serve.main(words[2:])
        return
    needs_servers = (words[1] if len(words) > 1 else "") not in WITHOUT_SERVERS and "--help" not in words
    with embedded.running(
        settings.VAR,
        database=needs_servers and embedded.database_url(settings.VAR) == settings.DATABASE_URL,
        redis=needs_servers and embedded.redis_url(settings.VAR) == settings.REDIS_URL,
    ):
        execute_from_command_line(words)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        main(sys.argv)
    except embedded.EmbeddedError as error:
        sys.exit(str(error))
