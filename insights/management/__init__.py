"""Commands about what it all did."""
