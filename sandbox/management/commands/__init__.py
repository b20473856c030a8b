"""What the sandbox adds to manage.py."""
