"""Send a push notification."""

from journeys.sending import SendStep


class SendPush(SendStep):
    """Send a push notification with `content`; see journeys/sending.py for what all send steps share."""

    kind = "send_push"
    channel = "push"
