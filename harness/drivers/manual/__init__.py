"""Driver `manual`: a person operates the candidate, asked and answered at a terminal."""
