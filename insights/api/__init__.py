"""What all layers below know, over the REST API; it changes nothing."""
