"""What an agency system keeps of the documents exchanged, and the two forms in which it hands that out."""
