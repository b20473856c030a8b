"""What it all did: dashboard, flows, fates, timelines. Reads everything, changes nothing."""
