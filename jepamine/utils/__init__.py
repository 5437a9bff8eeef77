"""Helpers without a subject of their own: files, progress, tables, shell quoting, tensors."""
