"""Whole tasks as people do them, on real data: too long for the tests, kept to be done again."""
