"""Keep what rows were until they changed, by triggers, so that a decision can be taken again as the facts stood.

`audit_keep_past(table)` gives a table its triggers; the migrations of the apps call it for theirs. One trigger for a
statement, not for a row, so that many rows at once cost little more.
"""

from django.db import migrations, models


KEEP = """
CREATE FUNCTION audit_keep_past(kept regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := (SELECT relname FROM pg_class WHERE oid = kept);
    key text := (
        SELECT string_agg(format('%I::text', a.attname), $j$ || '/' || $j$ ORDER BY place.n)
        FROM pg_index i
        CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS place(attnum, n)
        JOIN pg_attribute a ON a.attrelid = kept AND a.attnum = place.attnum
        WHERE i.indrelid = kept AND i.indisprimary
    );
    called text := 'past_of_' || name;
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO audit_past ("table", key, "row", until)
                SELECT %2$L, %3$s, NULL, clock_timestamp() FROM fresh;
            ELSE
                INSERT INTO audit_past ("table", key, "row", until)
                SELECT %2$L, %3$s, to_jsonb(gone), clock_timestamp() FROM gone;
            END IF;
            RETURN NULL;
        END $body$
        $make$, called, name, key);
    EXECUTE format('CREATE TRIGGER past_of_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh '
        'FOR EACH STATEMENT EXECUTE FUNCTION %I()', kept, called);
    EXECUTE format('CREATE TRIGGER past_of_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS gone '
        'FOR EACH STATEMENT EXECUTE FUNCTION %I()', kept, called);
    EXECUTE format('CREATE TRIGGER past_of_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS gone '
        'FOR EACH STATEMENT EXECUTE FUNCTION %I()', kept, called);
END $$;
CREATE TRIGGER past_append_only BEFORE UPDATE OR DELETE ON audit_past
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER past_no_truncate BEFORE TRUNCATE ON audit_past
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_past FROM PUBLIC, CURRENT_USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_found_by_id'),
    ]

    operations = [
        migrations.AddField(
            model_name='entry',
            name='on_behalf_of',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='will_reason',
            field=models.CharField(default='', max_length=500),
        ),
        migrations.CreateModel(
            name='Past',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=63)),
                ('key', models.TextField()),
                ('row', models.JSONField(null=True)),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'past',
                'indexes': [models.Index(fields=['table', 'until'], name='past_table'), models.Index(fields=['table', 'key', 'until'], name='past_row')],
            },
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
