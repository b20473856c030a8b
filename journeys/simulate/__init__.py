"""A draft tried on what has really happened, by the same engine and gate, in tables of its own."""
