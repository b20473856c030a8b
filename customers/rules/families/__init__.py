"""The families of rules, a file each; found by discovery."""
