"""What can go wrong when the embedded PostgreSQL starts, each with its own name."""

from __future__ import annotations

from ayni.foundation.errors import AyniError


class ServerError(AyniError):
    """The database server could not be started."""

    code = "server_not_started"
    http_status = 503
    what = "The database server in {folder} did not start: {reason}."
    means = "Nothing was read or written; what was stored before is still there."
    do = "Read the last lines of {log}, mend the cause, and start again."


class FolderInUse(ServerError):
    """Another server, not ours to touch, works on this data folder."""

    code = "data_folder_in_use"
    what = "The data folder {folder} is in use by another database server."
    means = "Two servers on one folder would destroy it, so this one did not start."
    do = "Stop the other one, or choose another folder with AYNI_HOME."


class FolderUnusable(ServerError):
    """The folder cannot be entered or written by the user that the server runs as."""

    code = "data_folder_unusable"
    what = "The folder {folder} cannot be used by the system user {user}: {reason}."
    means = "PostgreSQL does not run as the superuser, and Ayni never opens up a parent folder's rights."
    do = "Set AYNI_HOME to a folder whose parents everybody may enter, such as /var/lib/ayni."


class PortInUse(ServerError):
    """The TCP port that was asked for belongs to another program."""

    code = "port_in_use"
    what = "The port {port} on this machine is in use by another program."
    means = "The database server did not start; what was stored before is still there."
    do = "Choose another AYNI_POSTGRES_PORT, or leave it out and use the local socket."


class DiskFull(ServerError):
    """No space was left while the server was created or started."""

    code = "disk_full"
    what = "The disk that holds {folder} is full."
    means = "The database server did not start; what was committed before is still there."
    do = "Free some space on that disk, and start again."


class WrongServerVersion(ServerError):
    """The data folder was made by another major version of PostgreSQL."""

    code = "wrong_server_version"
    what = "The data in {folder} was made by PostgreSQL {found}; this is PostgreSQL {expected}."
    means = "Nothing was opened or changed."
    do = "Make a backup with the version that made it, and restore it into a new folder."


class NoServerUser(ServerError):
    """Started as root on a machine with no ordinary system user to run as."""

    code = "no_server_user"
    what = "Ayni was started as root, and none of the system users {tried} exists."
    means = "PostgreSQL refuses to run as root, so nothing was started."
    do = "Create one (useradd --system ayni) or name one in AYNI_POSTGRES_OS_USER."
