"""The tracking API: Segment-shaped calls over HTTP, stored in the inbox before they are acknowledged."""
