"""Rules about broadcasts, found by discovery: see docs/adding-a-rule.md."""
