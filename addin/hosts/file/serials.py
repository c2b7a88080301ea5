"""Dates and the serial numbers a workbook stores for them."""

from datetime import date, datetime, time, timedelta

from addin.errors import InputError

EPOCH_1900 = datetime(1899, 12, 30)  # right from serial 61 on
EPOCH_1904 = datetime(1904, 1, 1)
LEAP_DAY_THAT_NEVER_WAS = 60  # the 1900 system counts a 29 February 1900
LAST_SERIAL = 2_958_466  # 10000-01-01


def to_date(serial: float, date1904: bool) -> date | float:
    """The date of a serial number, with its time when it has one.

    A serial that is no date (a time of day, a negative number) comes back unchanged.
    """
    first = 0 if date1904 else 1
    if not first <= serial < LAST_SERIAL - (1462 if date1904 else 0):
        return serial
    if not date1904 and int(serial) == LEAP_DAY_THAT_NEVER_WAS:
        return serial
    shift = 0 if date1904 or serial > LEAP_DAY_THAT_NEVER_WAS else 1
    epoch = EPOCH_1904 if date1904 else EPOCH_1900
    span = timedelta(days=serial + shift, microseconds=500)  # a double is exact to about one
    if span > datetime.max - epoch:
        return serial  # the last half millisecond of the year 9999
    moment = epoch + span
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment.date() if moment.time() == time() else moment


def to_serial(value: date, date1904: bool) -> float:
    """Serial number of a date or of a naive date and time.

    Raises:
        InputError: If it lies before the first day the workbook can hold.
    """
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    span = moment - (EPOCH_1904 if date1904 else EPOCH_1900)
    serial = span.days + span.seconds / 86_400 + span.microseconds / 86_400e6
    if not date1904 and serial <= LEAP_DAY_THAT_NEVER_WAS:
        serial -= 1
    if serial < (0 if date1904 else 1):
        raise InputError(
            f"{value}: a workbook holds no date before {'1904' if date1904 else '1900'}"
        )
    return serial
