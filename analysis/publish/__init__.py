"""Publications from the manifest: deck, workbook and gallery."""
