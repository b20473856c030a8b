"""Read by Django for this language."""
