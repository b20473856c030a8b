"""`python -m config.beat`: Celery's beat, which sends the sweeps that the admin shows.

Started with the settings of `config.settings_beat` it loads nothing but what it reads.
"""

import os

from celery.app.utils import find_app


def main() -> None:
    """Send what is due until it is stopped."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_beat")
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    app = find_app("config")
    app.Beat(scheduler="django_celery_beat.schedulers:DatabaseScheduler", loglevel="WARNING").run()


if __name__ == "__main__":
    main()
