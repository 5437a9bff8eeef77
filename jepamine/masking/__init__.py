"""Maskings: plugins that choose which patches of a tubelet are hidden."""
