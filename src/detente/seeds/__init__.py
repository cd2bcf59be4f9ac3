"""What the documents say: the register, figures, parameters, claims."""
