"""The kinds of triggers, one file each; the contract is in journeys/entry.py."""
