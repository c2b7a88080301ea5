"""Builders of the workbook template and its sample data."""

from pathlib import Path

TEMPLATE = Path(__file__).with_name("ips_workbook.xlsx")
