"""The limited process that parses files; it knows no Django, and its modules import each other relatively only."""
