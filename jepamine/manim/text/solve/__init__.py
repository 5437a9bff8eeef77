"""A solver that turns objects and relations into places and sizes."""
