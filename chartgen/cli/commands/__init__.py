"""One module for each command, found by its file name; each holds a click command called `command`."""
