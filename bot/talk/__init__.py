"""One event in, one answer out: the talk of one person, and the outbox."""
