"""Layouts from English: a description is read into objects and relations, and these are solved to places."""
