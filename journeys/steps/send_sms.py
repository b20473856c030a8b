"""Send an SMS."""

from journeys.sending import SendStep


class SendSms(SendStep):
    """Send an SMS with `content`; see journeys/sending.py for what all send steps share."""

    kind = "send_sms"
    channel = "sms"
