"""A drill: database hosts under Patroni and bot hosts in network namespaces; one link after the other is cut while people talk."""
