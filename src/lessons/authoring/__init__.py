"""What authors and reviewers use beside the checks: a new lesson, and the values that a change moves."""
