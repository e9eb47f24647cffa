"""What people type to find a flow."""
