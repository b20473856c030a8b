"""The providers, one file each; found by module discovery."""
