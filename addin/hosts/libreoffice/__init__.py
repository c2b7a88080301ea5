"""LibreOffice Calc as a host: the same functions in its cells."""
