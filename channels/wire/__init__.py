"""How providers talk: SMTP connections that stay open, HTTP that goes only where it may.

No rows, no settings.
"""
