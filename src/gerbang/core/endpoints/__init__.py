"""The shop's own systems, told by signed webhooks: endpoints, and what is on its way to them."""
