"""What a change in git does: which playbooks it changes, in words and in people."""
