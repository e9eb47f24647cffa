"""The DynamoDB store: one table, no server to run. `store` keeps the contract, the other modules say how."""
