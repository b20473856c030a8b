"""Plans that follow from a test's own rows, and not from what earlier tests left or from a sample."""

from django.db import connection

from config.embedded.postgres import SETTINGS


def empty(*tables: str) -> None:
    """Give tables, and all that refer to them, new files: in the old are rows that were rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def know(*tables: str) -> None:
    """Have the planner know tables by all of their rows, and reckon as it does in an installation."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 1000")
        cursor.execute(f"ANALYZE {', '.join(tables)}")
        cursor.execute(f"SET LOCAL random_page_cost = {SETTINGS['random_page_cost']}")
