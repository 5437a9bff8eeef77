"""The Click command line: parse options, call functions of the other packages, print text."""
