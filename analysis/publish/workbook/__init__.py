"""The statistical workbook."""
