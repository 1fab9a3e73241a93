"""What every page has, and what belongs to the whole site: head and foot, static pages, sitemaps, nginx."""
