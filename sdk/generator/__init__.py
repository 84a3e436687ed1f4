"""Makes the generated part of both SDKs from the OpenAPI document: `make sdk`."""
