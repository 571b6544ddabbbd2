namespace Pallium.Inference;

/// <summary>Date stamps as text: ISO 8601 dates with or without a time and an offset, and days as <c>31.05.2024</c>.</summary>
internal static class Stamp
{
    /// <summary>Seconds of a day.</summary>
    public const double Day = 86400;

    /// <summary>What an error says it expected.</summary>
    public const string Expected = "a date such as 2024-05-31 14:20:00";

    private const double TicksPerSecond = TimeSpan.TicksPerSecond;

    /// <summary>Seconds since 1970-01-01 00:00 UTC.</summary>
    public static double ToSeconds(DateTime utc) => (utc.Ticks - DateTime.UnixEpoch.Ticks) / TicksPerSecond;

    /// <summary>The date of a stamp, to the microsecond, within the years 1 to 9999.</summary>
    public static DateTime ToDateTime(double seconds)
    {
        const double Microseconds = 1e6;
        double ticks = Math.Round(seconds * Microseconds) * (TicksPerSecond / Microseconds);
        double low = DateTime.MinValue.Ticks - (double)DateTime.UnixEpoch.Ticks + (TicksPerSecond * Day);
        double high = DateTime.MaxValue.Ticks - (double)DateTime.UnixEpoch.Ticks - (TicksPerSecond * Day);
        return DateTime.UnixEpoch.AddTicks((long)Math.Clamp(ticks, low, high));
    }

    /// <summary>The zone of an IANA id.</summary>
    /// <exception cref="InputException">The machine knows no such zone.</exception>
    public static TimeZoneInfo Zone(string id)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(id);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentException)
        {
            throw new InputException($"Option time zone: found '{id}', expected a zone such as Europe/Berlin or UTC.", e);
        }
    }

    /// <summary>Reads a date. <paramref name="offset"/> is null where the text has none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTime local, out TimeSpan? offset)
    {
        var rest = new Cursor(text);
        offset = null;
        if (!rest.Date(out local))
        {
            return false;
        }

        if (rest.Ended)
        {
            return true;
        }

        return rest.TimeOfDay(ref local) && (rest.Ended || rest.Offset(out offset)) && rest.Ended;
    }

    /// <summary>A place in the text, moved by what has been read.</summary>
    private ref struct Cursor(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _rest = text;

        public readonly bool Ended => _rest.IsEmpty;

        public bool Date(out DateTime date)
        {
            date = default;
            int year;
            int month;
            int day = 1;
            if (_rest.Length >= 10 && _rest[2] == '.')
            {
                if (!(Digits(2, out day) && Take('.') && Digits(2, out month) && Take('.') && Digits(4, out year)))
                {
                    return false;
                }
            }
            else
            {
                if (!Digits(4, out year) || Ended)
                {
                    return false;
                }

                char separator = _rest[0];
                if (separator is not ('-' or '/') || !Take(separator) || !Digits(2, out month)
                    || (Take(separator) && !Digits(2, out day)))
                {
                    return false;
                }
            }

            if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            {
                return false;
            }

            date = new DateTime(year, month, day);
            return true;
        }

        public bool TimeOfDay(ref DateTime date)
        {
            if (!(Take('T') || Take('t') || Take(' ')) || !Digits(2, out int hour) || !Take(':') || !Digits(2, out int minute))
            {
                return false;
            }

            int second = 0;
            long fraction = 0;
            if (Take(':') && (!Digits(2, out second) || (Take('.') && !Fraction(out fraction))))
            {
                return false;
            }

            if (hour > 23 || minute > 59 || second > 59)
            {
                return false;
            }

            date = date.AddTicks(new TimeSpan(hour, minute, second).Ticks + fraction);
            return true;
        }

        public bool Offset(out TimeSpan? offset)
        {
            offset = null;
            Take(' ');
            if (Take('Z') || Take('z'))
            {
                offset = TimeSpan.Zero;
                return true;
            }

            bool west = Take('-');
            if ((!west && !Take('+')) || !Digits(2, out int hours))
            {
                return false;
            }

            int minutes = 0;
            bool colon = Take(':');
            if ((colon || !Ended) && !Digits(2, out minutes))
            {
                return false;
            }

            if (hours > 18 || minutes > 59)
            {
                return false;
            }

            var size = new TimeSpan(hours, minutes, 0);
            offset = west ? -size : size;
            return true;
        }

        private bool Fraction(out long ticks)
        {
            ticks = 0;
            int digits = 0;
            long unit = TimeSpan.TicksPerSecond / 10;
            while (!Ended && char.IsAsciiDigit(_rest[0]))
            {
                ticks += (_rest[0] - '0') * unit;
                unit /= 10;
                digits++;
                _rest = _rest[1..];
            }

            return digits > 0;
        }

        private bool Take(char c)
        {
            if (Ended || _rest[0] != c)
            {
                return false;
            }

            _rest = _rest[1..];
            return true;
        }

        private bool Digits(int count, out int value)
        {
            value = 0;
            if (_rest.Length < count)
            {
                return false;
            }

            for (int i = 0; i < count; i++)
            {
                if (!char.IsAsciiDigit(_rest[i]))
                {
                    return false;
                }

                value = (10 * value) + (_rest[i] - '0');
            }

            _rest = _rest[count..];
            return true;
        }
    }
}
