"""The Click command line: options in, functions of the other rooms called, text out."""
