"""Reading the talks so that answers get better: the list, one talk, the inbox, examples given back."""
