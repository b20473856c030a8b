"""What pages of the layers below show of a person's own."""
