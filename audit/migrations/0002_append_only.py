"""Make the log a table of monthly partitions that the database itself refuses to change.

A trigger refuses UPDATE, DELETE and TRUNCATE for everyone; the owner gives up the privileges as well, so that a mistake
with the trigger still meets a closed door. `audit_make_partitions` makes the months ahead; rows of a month without a
partition fall into the default one and are not lost.
"""

from django.db import migrations

PARTITIONED = """
CREATE TABLE audit_entry_months (LIKE audit_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
    PARTITION BY RANGE (recorded_at);
DROP TABLE audit_entry;
ALTER TABLE audit_entry_months RENAME TO audit_entry;
ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (recorded_at, id);
CREATE INDEX entry_citizen ON audit_entry (citizen_id, recorded_at);
CREATE INDEX entry_professional ON audit_entry (professional_id, recorded_at);
CREATE TABLE audit_entry_rest PARTITION OF audit_entry DEFAULT;
"""

REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER entry_rest_no_truncate BEFORE TRUNCATE ON audit_entry_rest
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER version_append_only BEFORE UPDATE OR DELETE ON audit_version
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER version_no_truncate BEFORE TRUNCATE ON audit_version
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_entry_rest, audit_version FROM PUBLIC, CURRENT_USER;
"""

MAKE_PARTITIONS = """
CREATE FUNCTION audit_make_partitions(first_month date, months int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', first_month);
    made int := 0;
    name text;
BEGIN
    FOR step IN 1..months LOOP
        name := 'audit_entry_' || to_char(month, 'YYYYMM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF audit_entry FOR VALUES FROM (%L) TO (%L)',
                name, month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I '
                'FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', name);
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM PUBLIC, CURRENT_USER', name);
            made := made + 1;
        END IF;
        month := month + interval '1 month';
    END LOOP;
    RETURN made;
END $$;
SELECT audit_make_partitions(current_date, 13);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(PARTITIONED, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
        migrations.RunSQL(MAKE_PARTITIONS, migrations.RunSQL.noop),
    ]
