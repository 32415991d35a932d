"""The sheets of the leader's workbook, each a stream of rows: so many units at a time that few rows are held at once."""
