"""The pages of the payer: the bill and its payment, refunds, the door, the demo shop. No card number is ever asked for here."""
