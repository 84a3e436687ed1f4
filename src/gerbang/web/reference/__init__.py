"""The reference for integrators under /docs, made of the OpenAPI document, the table of errors and the catalogue of events."""
