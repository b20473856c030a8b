"""What an installation needs to be tried: local receivers, the Inbox page, the sample shop, replay. On top of all layers."""
