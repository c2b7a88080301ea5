"""Putting the add-in into Excel and taking it out again, on Windows and macOS."""
