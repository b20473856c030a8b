"""What messages say: templates made safe, compiled once, rendered for batches.

`sandbox` (the template language), `mjml`, `plain` and `compile` are pure; `check` runs them in a limited
process of its own; `render` is the edge to the database; `mime` writes the mail. Nothing is imported here, so
that the process that checks strangers' templates starts without Django.
"""
