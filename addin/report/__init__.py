"""Results shaped into the sections of a committee report; pure."""
