"""Document and status packages, good and bad: every bad one breaks exactly the requirement it names."""
