"""Makes the tables and the page, from a JSON file of (kind, text) blocks: ``python -m … FILE``."""

import json
import os
import sys
from pathlib import Path


def main(file: str) -> None:
    """Migrate and publish the page under the site's root."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.wagtail_site.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from wagtail.models import Site

    from tests.load.wagtail_site.models import TextPage

    call_command("makemigrations", "wagtail_site", verbosity=0)
    call_command("migrate", verbosity=0)
    told = json.loads(Path(file).read_text(encoding="utf-8"))
    root = Site.objects.get().root_page
    page = TextPage(title=told["title"], slug="page", introduction=told["introduction"], body=json.dumps(told["body"]))
    root.add_child(instance=page)
    page.save_revision().publish()


if __name__ == "__main__":
    main(sys.argv[1])
