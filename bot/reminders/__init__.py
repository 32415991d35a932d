"""Who hears what of a duty."""
