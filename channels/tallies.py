"""The counts that are kept of messages: by the hour in which they were asked for, or came to their fate."""

from config.tally import ALWAYS, Tally, hour_of

ROW = """SELECT '{counted}' AS counted, {hour} AS hour, channel, source, source_id, state, reason,
    'cap' IN (held_by, reason) AS by_cap, 1 AS messages, (opened_at IS NOT NULL)::int AS opened,
    (clicked_at IS NOT NULL)::int AS clicked FROM {{of}}"""
MESSAGES = Tally(
    name="channels_messagetally",
    of="channels_message",
    keys=["counted", "hour", "channel", "source", "source_id", "state", "reason", "by_cap"],
    measures=["messages", "opened", "clicked"],
    rows=ROW.format(counted="asked", hour=hour_of("created_at"))
    + " UNION ALL "
    + ROW.format(counted="closed", hour=hour_of("closed_at"))
    + " WHERE closed_at IS NOT NULL",
    changes=ALWAYS,
)
