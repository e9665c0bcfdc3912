"""What administrators and editors keep in order: the off switches, the catalogue, notices that did not arrive."""
