"""AWS's timestamps to epoch microseconds. (pure) By hand: `datetime` is an import that the runtime has not made."""


def epoch_us(text: object) -> "int | None":
    """`2025-12-01T12:00:00Z`, with or without a fraction, as epoch microseconds; None for anything else."""
    if not isinstance(text, str) or len(text) < 20 or text[-1] != "Z" or text[10] != "T":
        return None
    year, month, day, hour, minute, second = (
        text[:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:19],
    )  # fmt: skip
    if not (year + month + day + hour + minute + second).isdecimal() or not 1 <= int(month) <= 12:
        return None
    days = _days(int(year), int(month), int(day))
    fraction = text[20:-1] if text[19] == "." else ""
    micros = int((fraction + "000000")[:6]) if (fraction or "0").isdecimal() else 0
    return ((days * 24 + int(hour)) * 60 + int(minute)) * 60_000_000 + int(second) * 1_000_000 + micros


def _days(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a day of the Gregorian calendar. Years begin in March, a leap day is their last."""
    if month < 3:
        year, month = year - 1, month + 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 719_469
