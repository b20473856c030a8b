"""Products, carts and orders, out of the events of Segment's commerce vocabulary."""
