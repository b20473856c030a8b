"""What an installation needs to be tried: local receivers, Inbox page, sample shop, replay. The top layer."""
