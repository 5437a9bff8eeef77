"""Layouts from English: parse a description into objects and relations, and solve these for places."""
