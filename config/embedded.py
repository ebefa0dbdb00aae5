"""What one machine needs without servers of its own: a database, a broker folder and secrets under the checkout.

Nothing here starts a process, so that settings may be imported freely; `config.postgres` starts the server.
"""

import os
import secrets
import socket
import tempfile
from pathlib import Path

HOST = "127.0.0.1"
DATABASE = "samlet"
ROLE = "samlet"
SUPERUSER = "postgres"


def _write_once(path: Path, text: str) -> str:
    """Write a file readable by its owner only, unless it exists; the first of several writers wins, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()


def local_secret(folder: Path, name: str) -> str:
    """Return the secret of this checkout, made at first use; production gives its own by the environment."""
    path = folder / name
    return path.read_text() if path.exists() else _write_once(path, secrets.token_urlsafe(48))


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int, host: str = HOST) -> bool:
    """Tell whether a server could listen on the port, as the server itself would try."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def database_port(folder: Path) -> int:
    """Return the port of the embedded PostgreSQL, chosen at first use; a start may have to choose anew."""
    path = folder / "postgres.port"
    return int(path.read_text() if path.exists() else _write_once(path, str(free_port())))


def choose_database_port(folder: Path) -> int:
    """Give the embedded PostgreSQL another port, because a stranger listens on its own."""
    draft = folder / "postgres.port.new"
    draft.write_text(str(free_port()))
    draft.replace(folder / "postgres.port")
    return database_port(folder)


def database_url(folder: Path) -> str:
    """Return the address of the embedded PostgreSQL whose data belong to `folder`, with the application's password."""
    password = local_secret(folder, "postgres-samlet")
    return f"postgresql://{ROLE}:{password}@{HOST}:{database_port(folder)}/{DATABASE}"


def broker_folders(folder: Path) -> dict[str, str]:
    """Return the folders of the file-system broker, made when missing."""
    names = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
    paths = {key: folder / "broker" / name for key, name in names.items()}
    for path in paths.values():
        path.mkdir(parents=True, exist_ok=True)
    return {key: str(path) for key, path in paths.items()}
