"""What people ask: the office's own questions and answers, how they are found in other words, and what nobody has answered yet."""
