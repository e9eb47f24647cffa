"""X-Ray's segments as lines."""
