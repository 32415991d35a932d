"""What the committee sends along with a topic: files and their receipts."""
