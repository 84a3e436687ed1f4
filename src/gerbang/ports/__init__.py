"""What core asks of the outside world, as protocols and frozen values. No input or output here."""
