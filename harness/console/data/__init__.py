"""What the console keeps: tables, migrations, the audit log."""
