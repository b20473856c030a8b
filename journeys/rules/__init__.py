"""Rules about journeys, found by discovery: see docs/adding-a-rule.md."""
