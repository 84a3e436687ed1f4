"""What is kept about one person, across all nouns: shown to them, and erased."""
