"""The yardsticks: how fast Gerbang is beside PostgreSQL itself and beside the usual way. Nothing here ships."""
