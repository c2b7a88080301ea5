"""The nouns of an investment policy: frozen, valid by construction."""
