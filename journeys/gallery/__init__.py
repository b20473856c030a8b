"""Ready journeys, a file each, with what they send; journeys/ready.py reads them. A new file is a new one."""
