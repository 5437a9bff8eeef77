"""Annotation of users' own scene files: frames and layouts at the end of each play and wait."""
