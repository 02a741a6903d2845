"""One pass over a playbook: who enters, who moves on, what goes out, or what would have."""
