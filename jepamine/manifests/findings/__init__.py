"""What can be wrong with a manifest: the finders, and what they look at."""
