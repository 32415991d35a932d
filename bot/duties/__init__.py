"""What each unit owes: duties made from plans, their life, their ladders, their counts."""
