"""The REST API's routes about contents, messages, caps, quiet hours and channels."""
