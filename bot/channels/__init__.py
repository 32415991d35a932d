"""One module for each channel; the neutral model stops here and the wire begins."""
