"""The file-system broker of one machine, with messages that are whole as soon as they can be seen.

kombu 5.7 opens the file under the name that a worker takes it by, and writes into it afterwards. A worker that comes in
between takes an empty message, and ends. Here the message is written beside it and given its name when it is whole.
"""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose messages appear at once."""

    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Put a message on the queue. Raises ChannelError when it cannot be written."""
        place = Path(self.data_folder_out) / f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        draft = place.with_suffix(".draft")
        try:
            draft.write_text(str(dumps(payload)))  # type: ignore[no-untyped-call]
            draft.replace(place)
        except OSError as error:
            raise ChannelError(f"Cannot add file {place.name} to the queue.") from error


class Transport(filesystem.Transport):
    """The file-system transport on such channels."""

    Channel = Channel
