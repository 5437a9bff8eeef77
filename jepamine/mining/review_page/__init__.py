"""The review page: the best clips of a score file in one HTML file that needs no server."""
