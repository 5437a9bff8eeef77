"""Helpers for every other package: files, progress, tables, shell quoting, tensors."""
