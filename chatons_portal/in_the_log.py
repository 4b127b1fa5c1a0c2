"""What goes in the log: of a request that was refused, a line and no more."""

import logging


class RefusalsInALine(logging.Filter):
    """Django writes down where in the code a request was found too large or malformed: anybody can send a thousand."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
