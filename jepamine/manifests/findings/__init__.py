"""Find and repair problems of a manifest: the finders, what they look at, and the repairs."""
