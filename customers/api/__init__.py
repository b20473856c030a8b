"""The REST API's routes about customers: who they are, what happened to them, what they agreed to."""
