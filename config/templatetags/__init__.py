"""What pages say the same way everywhere: stages, fates, lengths of time."""
