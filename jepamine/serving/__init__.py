"""The generation pipeline over HTTP: job queue, cache, batching for the layout run, metrics, a page."""
