"""The papers that come out of a meeting, as Word files and PDF."""
