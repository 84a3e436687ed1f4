"""What waits for a person: counted, listed, assigned, reminded of."""
