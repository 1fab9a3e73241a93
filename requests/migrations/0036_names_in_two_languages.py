"""Names of models and columns that the desk reads in two languages; nothing in the database changes."""

import clinics.models.people
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import requests.models.tasks
from django.conf import settings
from django.db import migrations, models

from portal.core.name_migrations import Rename


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0035_deeds_of_notes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [Rename([
        migrations.AlterModelOptions(
            name='cannedreply',
            options={'ordering': ['order', 'pk'], 'verbose_name': 'canned reply', 'verbose_name_plural': 'canned replies'},
        ),
        migrations.AlterModelOptions(
            name='case',
            options={'ordering': ['-created_at'], 'verbose_name': 'case', 'verbose_name_plural': 'cases'},
        ),
        migrations.AlterModelOptions(
            name='casereview',
            options={'ordering': ['created_at'], 'verbose_name': 'case review', 'verbose_name_plural': 'case reviews'},
        ),
        migrations.AlterModelOptions(
            name='contactnumber',
            options={'ordering': ['order', 'pk'], 'verbose_name': 'contact number', 'verbose_name_plural': 'contact numbers'},
        ),
        migrations.AlterModelOptions(
            name='coordinatorprofile',
            options={'ordering': ['user__name', 'pk'], 'verbose_name': 'coordinator profile', 'verbose_name_plural': 'coordinator profiles'},
        ),
        migrations.AlterModelOptions(
            name='deadline',
            options={'ordering': ['pk'], 'verbose_name': 'deadline', 'verbose_name_plural': 'deadlines'},
        ),
        migrations.AlterModelOptions(
            name='estimate',
            options={'ordering': ['-version', '-issued_at'], 'verbose_name': 'estimate', 'verbose_name_plural': 'estimates'},
        ),
        migrations.AlterModelOptions(
            name='estimateline',
            options={'ordering': ['order', 'pk'], 'verbose_name': 'estimate line', 'verbose_name_plural': 'estimate lines'},
        ),
        migrations.AlterModelOptions(
            name='packageline',
            options={'ordering': ['order', 'code'], 'verbose_name': 'package line', 'verbose_name_plural': 'package lines'},
        ),
        migrations.AlterModelOptions(
            name='packageterm',
            options={'ordering': ['line__order', 'line__code'], 'verbose_name': 'package term', 'verbose_name_plural': 'package terms'},
        ),
        migrations.AlterModelOptions(
            name='steptime',
            options={'ordering': ['pk'], 'verbose_name': 'step time', 'verbose_name_plural': 'step times'},
        ),
        migrations.AlterModelOptions(
            name='supportpackage',
            options={'ordering': ['order', 'slug'], 'verbose_name': 'support package', 'verbose_name_plural': 'support packages'},
        ),
        migrations.AlterModelOptions(
            name='taskkind',
            options={'ordering': ['order', 'code'], 'verbose_name': 'task kind', 'verbose_name_plural': 'task kinds'},
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='code',
            field=models.SlugField(default=requests.models.tasks.new_public_id, editable=False, unique=True, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='name',
            field=models.CharField(help_text='What it is for. The patient does not see it.', max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='name_ar',
            field=models.CharField(help_text='What it is for. The patient does not see it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='name_en',
            field=models.CharField(help_text='What it is for. The patient does not see it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='name_es',
            field=models.CharField(help_text='What it is for. The patient does not see it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='name_fr',
            field=models.CharField(help_text='What it is for. The patient does not see it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='name_ru',
            field=models.CharField(help_text='What it is for. The patient does not see it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='name_zh_hans',
            field=models.CharField(help_text='What it is for. The patient does not see it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='cannedreply',
            name='order',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='casereview',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by'),
        ),
        migrations.AlterField(
            model_name='casereview',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='created at'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='channel',
            field=models.CharField(choices=[('phone', 'Phone'), ('whatsapp', 'WhatsApp'), ('telegram', 'Telegram')], max_length=10, verbose_name='channel'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='hours',
            field=models.CharField(blank=True, max_length=150, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='hours_ar',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='hours_en',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='hours_es',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='hours_fr',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='hours_ru',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='hours_zh_hans',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='number',
            field=models.CharField(help_text='With its country, like +7 495 123 45 67.', max_length=40, verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='order',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='contactnumber',
            name='packages',
            field=models.ManyToManyField(blank=True, help_text='Who has the urgent number; none chosen: everybody.', related_name='+', to='requests.supportpackage', verbose_name='packages'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='hours',
            field=models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='hours_ar',
            field=models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='hours_en',
            field=models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='hours_es',
            field=models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='hours_fr',
            field=models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='hours_ru',
            field=models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='hours_zh_hans',
            field=models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True, verbose_name='hours'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='languages',
            field=models.JSONField(blank=True, default=list, validators=[clinics.models.people.check_languages], verbose_name='languages'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='name',
            field=models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='name_ar',
            field=models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='name_en',
            field=models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='name_es',
            field=models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='name_fr',
            field=models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='name_ru',
            field=models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='name_zh_hans',
            field=models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='coordinatorprofile',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='coordinator_profile', to=settings.AUTH_USER_MODEL, verbose_name='user'),
        ),
        migrations.AlterField(
            model_name='deadline',
            name='working_hours',
            field=models.DecimalField(decimal_places=1, max_digits=5, verbose_name='working hours'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='excluded',
            field=portal.core.encryption.fields.EncryptedTextField(db_column='sealed_excluded', plain='plain_excluded', verbose_name='excluded'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='has_total',
            field=models.BooleanField(default=True, verbose_name='has total'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='how_we_are_paid',
            field=portal.core.encryption.fields.EncryptedTextField(db_column='sealed_how_we_are_paid', plain='plain_how_we_are_paid', verbose_name='how we are paid'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='included',
            field=portal.core.encryption.fields.EncryptedTextField(db_column='sealed_included', plain='plain_included', verbose_name='included'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='issued_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='issued at'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='issued_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='kind',
            field=models.CharField(choices=[('preliminary', 'Preliminary estimate'), ('final', 'Estimate'), ('supplement', 'Supplement to the estimate')], max_length=12, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='language',
            field=models.CharField(max_length=10, verbose_name='language'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='pdf_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='pdf sha256'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='reason',
            field=portal.core.encryption.fields.EncryptedTextField(verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='superseded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='superseded at'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='valid_until',
            field=models.DateField(verbose_name='valid until'),
        ),
        migrations.AlterField(
            model_name='estimate',
            name='version',
            field=models.PositiveSmallIntegerField(verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='estimateline',
            name='amount_from',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='amount from'),
        ),
        migrations.AlterField(
            model_name='estimateline',
            name='amount_to',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, verbose_name='amount to'),
        ),
        migrations.AlterField(
            model_name='estimateline',
            name='currency',
            field=models.CharField(max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'A currency is three capital letters (ISO 4217).')], verbose_name='currency'),
        ),
        migrations.AlterField(
            model_name='estimateline',
            name='name',
            field=portal.core.encryption.fields.EncryptedTextField(db_column='sealed_name', plain='plain_name', verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='estimateline',
            name='origin',
            field=models.CharField(choices=[('typical', 'typical price in Russia'), ('clinic', 'price of the clinic'), ('coordinator', 'stated by the coordinator')], max_length=12, verbose_name='origin'),
        ),
        migrations.AlterField(
            model_name='estimateline',
            name='quantity',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='quantity'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='code',
            field=models.SlugField(unique=True, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='name',
            field=models.CharField(max_length=150, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='name_ar',
            field=models.CharField(max_length=150, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='name_en',
            field=models.CharField(max_length=150, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='name_es',
            field=models.CharField(max_length=150, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='name_fr',
            field=models.CharField(max_length=150, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='name_ru',
            field=models.CharField(max_length=150, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='name_zh_hans',
            field=models.CharField(max_length=150, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='packageline',
            name='order',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='detail',
            field=models.CharField(blank=True, max_length=150, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='detail_ar',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='detail_en',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='detail_es',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='detail_fr',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='detail_ru',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='detail_zh_hans',
            field=models.CharField(blank=True, max_length=150, null=True, verbose_name='detail'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='requests.packageline', verbose_name='line'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='package',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='requests.supportpackage', verbose_name='package'),
        ),
        migrations.AlterField(
            model_name='packageterm',
            name='value',
            field=models.CharField(choices=[('included', 'included'), ('quantity', 'limited'), ('extra', 'for an extra fee'), ('not_offered', 'not offered')], max_length=12, verbose_name='value'),
        ),
        migrations.AlterField(
            model_name='steptime',
            name='step',
            field=models.CharField(choices=[('asked', 'You asked'), ('documents', 'Your documents'), ('clinics', 'Clinics answer'), ('estimate', 'Your estimate'), ('travel', 'You travel'), ('treatment', 'Treatment'), ('home', 'Home again')], max_length=10, unique=True, verbose_name='step'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='is_published',
            field=models.BooleanField(default=True, verbose_name='is published'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='name',
            field=models.CharField(max_length=60, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='name_ar',
            field=models.CharField(max_length=60, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='name_en',
            field=models.CharField(max_length=60, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='name_es',
            field=models.CharField(max_length=60, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='name_fr',
            field=models.CharField(max_length=60, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='name_ru',
            field=models.CharField(max_length=60, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='name_zh_hans',
            field=models.CharField(max_length=60, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='never_included',
            field=models.TextField(blank=True, help_text='One a line; printed on every card.', verbose_name='never included'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='never_included_ar',
            field=models.TextField(blank=True, help_text='One a line; printed on every card.', null=True, verbose_name='never included'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='never_included_en',
            field=models.TextField(blank=True, help_text='One a line; printed on every card.', null=True, verbose_name='never included'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='never_included_es',
            field=models.TextField(blank=True, help_text='One a line; printed on every card.', null=True, verbose_name='never included'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='never_included_fr',
            field=models.TextField(blank=True, help_text='One a line; printed on every card.', null=True, verbose_name='never included'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='never_included_ru',
            field=models.TextField(blank=True, help_text='One a line; printed on every card.', null=True, verbose_name='never included'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='never_included_zh_hans',
            field=models.TextField(blank=True, help_text='One a line; printed on every card.', null=True, verbose_name='never included'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='order',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='slug',
            field=models.SlugField(unique=True, verbose_name='slug'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='summary',
            field=models.CharField(blank=True, max_length=250, verbose_name='summary'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='summary_ar',
            field=models.CharField(blank=True, max_length=250, null=True, verbose_name='summary'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='summary_en',
            field=models.CharField(blank=True, max_length=250, null=True, verbose_name='summary'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='summary_es',
            field=models.CharField(blank=True, max_length=250, null=True, verbose_name='summary'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='summary_fr',
            field=models.CharField(blank=True, max_length=250, null=True, verbose_name='summary'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='summary_ru',
            field=models.CharField(blank=True, max_length=250, null=True, verbose_name='summary'),
        ),
        migrations.AlterField(
            model_name='supportpackage',
            name='summary_zh_hans',
            field=models.CharField(blank=True, max_length=250, null=True, verbose_name='summary'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='code',
            field=models.SlugField(help_text='Stands in addresses; never changed once tasks have it.', unique=True, verbose_name='code'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='explanation',
            field=models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='explanation_ar',
            field=models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='explanation_en',
            field=models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='explanation_es',
            field=models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='explanation_fr',
            field=models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='explanation_ru',
            field=models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='explanation_zh_hans',
            field=models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True, verbose_name='explanation'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='name',
            field=models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='name_ar',
            field=models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='name_en',
            field=models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='name_es',
            field=models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='name_fr',
            field=models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='name_ru',
            field=models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='name_zh_hans',
            field=models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='taskkind',
            name='order',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='order'),
        ),
    ])]
