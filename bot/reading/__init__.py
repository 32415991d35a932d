"""What a person meant: words, numbers, days, names as they are typed in Vietnamese; it knows no session."""
