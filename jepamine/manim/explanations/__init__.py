"""Well-known things that people ask to see explained: a film for each, and its parameters."""
