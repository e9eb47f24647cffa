"""What lines say: records, facts of the platform and of brokers, refusals."""
