"""The command line: parses options, prints, exits."""
