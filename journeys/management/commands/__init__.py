"""`manage.py export_journeys`, `import_journeys`, `simulate`, `test_journeys`."""
