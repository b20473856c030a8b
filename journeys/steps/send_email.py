"""Send an e-mail."""

from journeys.sending import SendStep


class SendEmail(SendStep):
    """Send an e-mail with `content`; see journeys/sending.py for what all send steps share."""

    kind = "send_email"
    channel = "email"
