"""Rules about messages and ways to a person, found by discovery: see docs/adding-a-rule.md."""
