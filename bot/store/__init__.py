"""Where things lie, and whether they may: the database, the files, what they are, the links to them."""
