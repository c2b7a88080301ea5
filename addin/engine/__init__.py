"""Portfolio analytics: values in, values out; no Excel, no files, no clock."""
