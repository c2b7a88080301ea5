"""The add-in file ``ips.xlam``, built without Excel, and what its ribbon calls."""
