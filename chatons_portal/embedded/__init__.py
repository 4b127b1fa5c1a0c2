"""The private servers and the processes of `make run`: what a host needs before it has servers of its own.

install     virtual environment and hashed requirements (runs on its own, before anything is installed)
postgres, valkey    one private server each, on a Unix socket
keeper      the process both hang from; it ends when nobody uses them any more
servers     `private_servers()`: the settings' view of all this
supervisor  web, clock, prober and worker over them
"""

from chatons_portal.embedded.servers import private_servers

__all__ = ["private_servers"]
