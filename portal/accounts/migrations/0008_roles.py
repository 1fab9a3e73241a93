"""Superusers become administrators, who lead cases and edit content as before: the flag opens every page no more."""

from django.db import migrations, models


def give_roles(apps, schema_editor):
    alias = schema_editor.connection.alias
    User, Group = apps.get_model("accounts", "User"), apps.get_model("auth", "Group")
    # The permissions of a group come after the migrations (portal.accounts.roles); here it only has to be there.
    groups = [
        Group.objects.using(alias).get_or_create(name=name)[0] for name in ("administrator", "lead", "editor")
    ]
    for user in User.objects.using(alias).filter(is_superuser=True).iterator():
        user.groups.add(*groups)
        user.is_superuser = False
        user.save(update_fields=["is_superuser"])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_patients'),
    ]

    operations = [
        migrations.RunPython(give_roles, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='securityevent',
            name='kind',
            field=models.CharField(choices=[('sign_in', 'Signed in'), ('sign_in_failed', 'Sign-in failed'), ('sign_out', 'Signed out'), ('throttled', 'Too many attempts'), ('factor_added', 'Second factor added'), ('factor_removed', 'Second factor removed'), ('factor_used', 'Second factor used'), ('factor_failed', 'Second factor failed'), ('codes_made', 'New recovery codes'), ('password_asked', 'Link for a new password asked for'), ('password_changed', 'Password changed'), ('invited', 'Invitation sent'), ('person_changed', 'Account changed'), ('sessions_ended', 'Sessions ended'), ('email_changed', 'E-mail address changed by its owner'), ('account_deleted', 'Account deleted by its owner'), ('refused', 'Refused a page of the desk'), ('exported', 'Exported a list'), ('break_glass', 'Opened a case in an emergency')], max_length=20),
        ),
    ]
