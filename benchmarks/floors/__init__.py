"""Of each figure, the least that any program must do for it: what ours is measured against."""
