"""A generator of short labelled street scenes, drawn from a seed, as seen by a car's front camera."""
