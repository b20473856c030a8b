"""Commands of journeys."""
