"""The file host: workbooks as files, on any system, without Excel."""
