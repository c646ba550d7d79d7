"""Context → sparse features → probabilities and evidence."""
