"""Messages to start from: MJML that somebody makes their own. A file in templates/messages/ is one more."""

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "messages"


@lru_cache(maxsize=1)
def starters() -> dict[str, str]:
    """Name → body of each message to start from."""
    return {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.mjml"))}
