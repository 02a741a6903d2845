"""Alembic's entry: the caller hands over a connection that stands in a write transaction."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="touchline_version")
context.run_migrations()
