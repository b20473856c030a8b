"""Settings, urls, Celery, the clock, registries: what every app stands on. Imports none of them by name."""
