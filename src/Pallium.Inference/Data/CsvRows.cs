namespace Pallium.Inference;

/// <summary>Rows of a CSV text: RFC 4180, with the separator (comma, semicolon or tab) found in the header.</summary>
/// <remarks>Blank lines are skipped; a line ends with LF, CR LF or CR; a quote inside an unquoted cell is text.</remarks>
internal sealed class CsvRows : RowReader
{
    /// <summary>The separators that are looked for.</summary>
    public const string Separators = ",;\t";

    private const int LongestRow = 1 << 20;

    private char[] _buffer = new char[1 << 12];
    private int _position;
    private int _filled;
    private int _line = 1;
    private int _rowLength;
    private bool _afterReturn;
    private bool _quoted;

    /// <summary>Reads the header; <paramref name="text"/> is closed with the reader.</summary>
    public CsvRows(TextReader text, string source)
        : base(text, source)
    {
        Separator = DetectSeparator();
        if (!ReadCells())
        {
            throw new InputException($"{Source}: the file is empty, expected a header line and rows.");
        }

        for (int i = 0; i < Count; i++)
        {
            Header.Add(this[i].ToString());
        }
    }

    /// <summary>What stands between cells.</summary>
    public char Separator { get; }

    /// <inheritdoc/>
    protected override bool ReadRow()
    {
        if (!ReadCells())
        {
            return false;
        }

        return Count == Header.Count ? true
            : throw InputException.At(Source, Line, Count == 1 ? "1 cell" : $"{Count} cells", $"{Header.Count} as in the header");
    }

    /// <summary>Reads the next line that is not blank into cells.</summary>
    private bool ReadCells()
    {
        do
        {
            if (_afterReturn && Peek() == '\n')
            {
                Next();
            }

            Clear();
            Line = _line;
            _rowLength = 0;
            _quoted = false;
            if (Peek() < 0)
            {
                return false;
            }

            while (ReadCell())
            {
            }
        }
        while (Count == 1 && !_quoted && this[0].IsEmpty);
        return true;
    }

    /// <summary>Reads one cell and what ends it.</summary>
    /// <returns>Whether another cell follows in the row.</returns>
    private bool ReadCell()
    {
        if (Peek() == '"')
        {
            Next();
            ReadQuoted();
        }

        while (true)
        {
            // The LF after a CR is left for the next row: waiting for it would hold back a live stream.
            int c = Next();
            if (c < 0 || c == Separator || c is '\n' or '\r')
            {
                EndCell();
                return c == Separator;
            }

            Append((char)c);
        }
    }

    private void ReadQuoted()
    {
        _quoted = true;
        while (true)
        {
            int c = Next();
            if (c < 0)
            {
                throw InputException.At(Source, Line, "a quote that is never closed", "a closing quote");
            }

            if (c != '"')
            {
                Append((char)c);
            }
            else if (Peek() == '"')
            {
                Append((char)Next());
            }
            else
            {
                int next = Peek();
                if (next >= 0 && next != Separator && next is not ('\n' or '\r'))
                {
                    throw InputException.At(Source, Line, "text after a closing quote", "a separator or the end of the line");
                }

                return;
            }
        }
    }

    /// <summary>Takes the next character; -1 at the end.</summary>
    private int Next()
    {
        int c = Peek();
        if (c < 0)
        {
            return c;
        }

        _position++;
        if (++_rowLength > LongestRow)
        {
            throw InputException.At(Source, Line, $"a row of more than {LongestRow} characters", "a shorter row; is a quote left open");
        }

        if (c == '\r' || (c == '\n' && !_afterReturn))
        {
            _line++;
        }

        _afterReturn = c == '\r';
        return c;
    }

    private int Peek()
    {
        if (_position == _filled)
        {
            _position = 0;
            _filled = Text.Read(_buffer, 0, _buffer.Length);
        }

        return _position == _filled ? -1 : _buffer[_position];
    }

    /// <summary>The separator that the first line with text has most of, outside quotes; a comma where it has none.</summary>
    private char DetectSeparator()
    {
        Span<int> counts = stackalloc int[Separators.Length];
        bool quoted = false;
        bool begun = false;
        for (int at = 0; at < _filled || FillMore(); at++)
        {
            char c = _buffer[at];
            if (!quoted && c is '\n' or '\r')
            {
                if (begun)
                {
                    break;
                }
            }
            else if (c == '"')
            {
                quoted = !quoted;
                begun = true;
            }
            else if (!quoted && Separators.Contains(c))
            {
                counts[Separators.IndexOf(c)]++;
                begun = true;
            }
            else
            {
                begun |= !char.IsWhiteSpace(c);
            }
        }

        return Separators[counts.IndexOf(Math.Max(counts[0], Math.Max(counts[1], counts[2])))];
    }

    /// <summary>Reads on behind what the buffer holds, without a byte order mark.</summary>
    private bool FillMore()
    {
        if (_filled == _buffer.Length)
        {
            if (_filled >= LongestRow)
            {
                return false;
            }

            Array.Resize(ref _buffer, 2 * _filled);
        }

        int read = Text.Read(_buffer, _filled, _buffer.Length - _filled);
        if (_filled == 0 && read > 0 && _buffer[0] == '\uFEFF')
        {
            _position = 1;
        }

        _filled += read;
        return read > 0;
    }
}
