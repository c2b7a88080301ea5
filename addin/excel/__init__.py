"""Cells to values and back: readers, writers, layout, the Book protocol."""
