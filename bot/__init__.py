"""The machine and the domain of the assistant."""
