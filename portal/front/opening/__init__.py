"""Whether the portal is ready to open for patients: one function for each thing that has to be there first."""
