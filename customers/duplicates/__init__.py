"""Customers who are probably one person: found by splink in a process of its own, decided by people."""
