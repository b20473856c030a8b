"""Rehearsal: one customer walks through a draft by the real engine, gate and rules, and nothing of it stays.

`terms` says who, what happens and how far, `copies` keeps the walk apart from the rows of the product,
`walk` moves the clock, `path` tells what is seen at each stop.
"""
