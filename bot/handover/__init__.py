"""The case, its receipt, its deadline, and the notices that leave the house."""
