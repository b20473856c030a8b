"""Take the customer out of a list."""

from journeys.steps.add_to_list import ListStep


class RemoveFromList(ListStep):
    """Take the customer out of `list`, if in it."""

    kind = "remove_from_list"
