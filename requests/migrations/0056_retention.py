"""Rules of retention with their defaults. Those that erase whole cases are off until somebody turns them on."""

from typing import Any

from django.db import migrations, models

KINDS = "closed_cases declined_cases unanswered_cases spam_cases passports unfinished_papers handover_notes audit security_log feedback sent_mails".split()
DAYS = (1095, 365, 365, 90, 14, 1, 30, 1825, 365, 365, 30)


def add(apps: Any, schema_editor: Any) -> None:
    rules = apps.get_model("requests", "RetentionRule").objects
    for kind, days in zip(KINDS, DAYS, strict=True):
        rules.get_or_create(kind=kind, defaults={"days": days, "is_on": not kind.endswith("_cases")})


class Migration(migrations.Migration):
    dependencies = [("requests", "0055_erasures"), ("requests", "0057_audit_seals")]

    operations = [
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('closed_cases', 'Closed cases'), ('declined_cases', 'Declined cases'), ('unanswered_cases', 'Cases whose patient did not answer'), ('spam_cases', 'Spam'), ('passports', 'Passport data'), ('unfinished_papers', 'Unfinished uploads'), ('handover_notes', 'Handover notes'), ('audit', 'Audit log of cases'), ('security_log', 'Security log of accounts'), ('feedback', 'Feedback on pages'), ('sent_mails', 'Traces of sent mails')], editable=False, max_length=20, unique=True, verbose_name='kept')),
                ('days', models.PositiveSmallIntegerField(verbose_name='days')),
                ('is_on', models.BooleanField(default=True, verbose_name='is applied each night')),
            ],
            options={
                'verbose_name': 'rule of retention',
                'verbose_name_plural': 'rules of retention',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('closed_cases', 'Closed cases'), ('declined_cases', 'Declined cases'), ('unanswered_cases', 'Cases whose patient did not answer'), ('spam_cases', 'Spam'), ('passports', 'Passport data'), ('unfinished_papers', 'Unfinished uploads'), ('handover_notes', 'Handover notes'), ('audit', 'Audit log of cases'), ('security_log', 'Security log of accounts'), ('feedback', 'Feedback on pages'), ('sent_mails', 'Traces of sent mails')], max_length=20)),
                ('night', models.DateField()),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('done', models.PositiveIntegerField(default=0)),
                ('held', models.PositiveIntegerField(default=0)),
                ('errors', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['-night', 'kind'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'night'), name='retention_run_once_a_night', violation_error_code='night', violation_error_message='This rule has a row for this night already.')],
            },
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
