"""Who gets what, when: graphs, versions, enrollments, the engine and its steps."""
