"""The software validation evidence that an accreditation body asks for: one signed file."""
