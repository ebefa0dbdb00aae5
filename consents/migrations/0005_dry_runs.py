"""Make the tables of dry runs of a switch over the whole population."""

import django.db.models.deletion
import fhir.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consents', '0004_open_questions'),
    ]

    operations = [
        migrations.CreateModel(
            name='DryRun',
            fields=[
                ('id', models.UUIDField(default=fhir.ids.new_key, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40)),
                ('is_on', models.BooleanField()),
                ('moment', models.DateTimeField()),
                ('citizens', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='DryRunChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.UUIDField()),
                ('last', models.UUIDField()),
                ('citizens', models.PositiveIntegerField()),
                ('result', models.JSONField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='consents.dryrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'first'), name='dryrun_chunk_once'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('result__isnull', True)), models.Q(('done_at__isnull', False), ('result__isnull', False)), _connector='OR'), name='dryrun_chunk_done_with_result')],
            },
        ),
    ]
