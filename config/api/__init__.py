"""What the routes under /api/v1/ share: keys, scopes, paging, problems, ids, schema. Knows no app."""
