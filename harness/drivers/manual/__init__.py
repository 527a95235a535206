"""Driver `manual`: a person moves the candidate, asked and answered at a terminal."""
