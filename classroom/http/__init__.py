"""Pure HTTP: syntax, preconditions, query parameters, pagination, error bodies, responses."""
