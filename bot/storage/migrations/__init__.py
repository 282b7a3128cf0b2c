"""How the tables came to be what they are; Alembic walks these steps up and down."""
