"""What a committee or its office says to the units below, and who has received it."""
