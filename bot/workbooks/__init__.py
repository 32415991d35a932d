"""Tables as workbooks: anybody's read as text, the program's own written in one look."""
