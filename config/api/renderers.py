"""Answers that are files."""

from rest_framework.renderers import JSONRenderer


class CsvRenderer(JSONRenderer):
    """For routes that stream CSV themselves: it is taken where CSV is asked for, and writes problems only."""

    media_type = "text/csv"
    format = "csv"
