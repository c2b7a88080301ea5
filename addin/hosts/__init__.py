"""Where the add-in runs."""
