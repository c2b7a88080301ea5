"""Builders of the workbook template and its sample data."""
