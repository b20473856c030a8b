"""Send a webhook call."""

from journeys.sending import SendStep


class SendWebhook(SendStep):
    """Send a webhook call with `content`; see journeys/sending.py for what all send steps share."""

    kind = "send_webhook"
    channel = "webhook"
