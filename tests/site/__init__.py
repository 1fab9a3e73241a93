"""The whole site from outside: every link, every page's HTML, every form's words."""
