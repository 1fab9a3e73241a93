"""``WaitingFile`` is called ``PendingImport``; its table keeps the name that the release before knows."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0009_content_version")]

    operations = [
        migrations.AlterModelTable("waitingfile", "core_waitingfile"),
        migrations.RenameModel("WaitingFile", "PendingImport"),
    ]
