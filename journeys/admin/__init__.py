"""The pages of this app: the map of journeys, and the pages of each, in the order of their tabs."""

from journeys.admin import move, policy  # noqa: I001 - the order of the tabs
from journeys.admin import map as journey_map
from journeys.admin import (
    designer,
    designer_answers,
    designer_numbers,
    goals,
    publish_page,
    versions,
    walks,
    tests_page,
    simulation,
    simulation_answers,
    comments_page,
    history,
    file_pages,
    gallery,
)

__all__ = [
    "comments_page",
    "designer",
    "designer_answers",
    "designer_numbers",
    "file_pages",
    "gallery",
    "goals",
    "history",
    "journey_map",
    "move",
    "policy",
    "publish_page",
    "simulation",
    "simulation_answers",
    "tests_page",
    "versions",
    "walks",
]
