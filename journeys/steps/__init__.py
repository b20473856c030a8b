"""One file per kind of step. A new file here is a new step; nothing else mentions it."""
