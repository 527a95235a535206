"""What an accreditation body asks to see of validated software: one signed file."""
