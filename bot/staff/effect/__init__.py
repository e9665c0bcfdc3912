"""What came of it all: figures, pictures, files for a spreadsheet."""
