//! All SQL: members, mandates, forms, submissions, registries, ledger, on SQLite and PostgreSQL.
