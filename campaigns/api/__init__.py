"""The REST API's routes about broadcasts."""
