"""The sandbox's outside world: an SMTP server and an HTTP server that plays SMS, push and webhook providers.

What they accept is stored before it is answered, so it is the truth about what was sent, kept apart from
Sette's own tables. Nothing here imports Django: the receivers are another party, in a small process.
"""
