"""What the program can do in a second, beside a yardstick measured on the same machine in the same run."""
