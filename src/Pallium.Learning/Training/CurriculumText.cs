using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pallium.Learning;

/// <summary>Reads a curriculum from JSON; what is wrong is said with file, line and property.</summary>
internal static class CurriculumText
{
    public static Curriculum Read(string json, string name)
    {
        Value root = ValueReader.Read(json, name);
        List<Value> items = root.Member("stages", "an object with the property stages", ["stages"]).Items("a list of stages");
        return new Curriculum([.. items.Select((item, i) => Stage(item, i, isLast: i == items.Count - 1))]);
    }

    private static CurriculumStage Stage(Value value, int place, bool isLast)
    {
        Value mix = value.Member("mix", "the property mix", ["name", "mix", "until"]);
        (string, double)[] weights = [.. mix.Members("an object of sources and weights").Select(item => (item.Name, item.Value.Number("a positive number", number => number > 0)))];
        if (weights.Length == 0)
        {
            throw mix.Error("an empty object", "one source or more, each with a weight");
        }

        string name = value.Find("name")?.Text("a name") ?? string.Create(CultureInfo.InvariantCulture, $"{place + 1}");
        var stage = new CurriculumStage(name, weights);
        Value? until = value.Find("until");
        if (isLast)
        {
            return until is null ? stage : throw until.Error("an end", "none, as the last stage ends with learning");
        }

        string[] known = ["steps", "loss", "stalled"];
        if (until is null)
        {
            throw value.Error("no property until", $"one, as another stage follows: an object with one or more of {string.Join(", ", known)}");
        }

        until.CheckNames(known);
        stage = stage with
        {
            Steps = until.Find("steps")?.Whole(),
            Loss = until.Find("loss")?.Number("a number", _ => true),
            Stalled = until.Find("stalled") is { } stalled ? StallOf(stalled) : null,
        };
        return stage.HasEnd ? stage : throw until.Error("an empty object", $"one or more of {string.Join(", ", known)}");
    }

    private static Stall StallOf(Value value)
    {
        string[] known = ["by", "steps"];
        double by = value.Member("by", "the property by", known).Number("a number that is not negative", number => number >= 0);
        return new Stall(by, value.Member("steps", "the property steps", known).Whole());
    }

    /// <summary>A JSON value, its line and the way to it.</summary>
    private sealed record Value(string File, int Line, string Path, JsonTokenType Kind, string Raw)
    {
        public List<(string Name, Value Value)> Named { get; } = [];

        public List<Value> Listed { get; } = [];

        public Value? Find(string name) => Named.Find(item => item.Name == name).Value;

        public Value Member(string name, string expected, string[] known)
        {
            CheckNames(known);
            return Find(name) ?? throw Error($"no property {name}", expected);
        }

        public List<(string Name, Value Value)> Members(string expected) => Kind == JsonTokenType.StartObject ? Named : throw Error(Raw, expected);

        public List<Value> Items(string expected) =>
            Kind != JsonTokenType.StartArray ? throw Error(Raw, expected) : Listed.Count > 0 ? Listed : throw Error("an empty list", expected);

        public void CheckNames(string[] known)
        {
            foreach ((string name, Value value) in Members($"an object with {string.Join(", ", known)}"))
            {
                if (!known.Contains(name))
                {
                    throw value.Error($"the property '{name}'", $"one of {string.Join(", ", known)}");
                }
            }
        }

        public string Text(string expected) => Kind == JsonTokenType.String ? Raw : throw Error(Raw, expected);

        public double Number(string expected, Func<double, bool> fits) =>
            Kind == JsonTokenType.Number && double.TryParse(Raw, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) && fits(number)
                ? number
                : throw Error(Raw, expected);

        public long Whole() =>
            Kind == JsonTokenType.Number && long.TryParse(Raw, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 ? number : throw Error(Raw, "a positive whole number");

        public CurriculumException Error(string found, string expected) =>
            new(string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}{(Path.Length == 0 ? "" : $", {Path}")}: found {found}, expected {expected}."));
    }

    private ref struct ValueReader
    {
        private readonly ReadOnlySpan<byte> _bytes;
        private readonly string _file;
        private Utf8JsonReader _json;
        private int _line = 1;
        private int _counted;

        private ValueReader(ReadOnlySpan<byte> bytes, string file)
        {
            _bytes = bytes;
            _file = file;
            _json = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }

        public static Value Read(string json, string file)
        {
            var reader = new ValueReader(Encoding.UTF8.GetBytes(json), file);
            try
            {
                reader._json.Read();
                Value value = reader.Next("");
                reader._json.Read();
                return value;
            }
            catch (JsonException error)
            {
                throw new CurriculumException(string.Create(CultureInfo.InvariantCulture, $"{file}, line {error.LineNumber + 1}: found what is no JSON, expected an object with the property stages."), error);
            }
        }

        private Value Next(string path)
        {
            var value = new Value(_file, Line(), path, _json.TokenType, Raw());
            if (value.Kind == JsonTokenType.StartArray)
            {
                while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
                {
                    value.Listed.Add(Next(string.Create(CultureInfo.InvariantCulture, $"{path}[{value.Listed.Count}]")));
                }
            }
            else if (value.Kind == JsonTokenType.StartObject)
            {
                while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
                {
                    string name = _json.GetString()!;
                    _json.Read();
                    Value member = Next(name.All(char.IsLetterOrDigit) ? (path.Length == 0 ? name : $"{path}.{name}") : $"{path}['{name}']");
                    if (value.Find(name) is not null)
                    {
                        throw member.Error("it a second time", "it once");
                    }

                    value.Named.Add((name, member));
                }
            }

            return value;
        }

        private readonly string Raw() => _json.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => _json.GetString()!,
            _ => Encoding.UTF8.GetString(_json.ValueSpan),
        };

        private int Line()
        {
            int at = (int)_json.TokenStartIndex;
            _line += _bytes[_counted..at].Count((byte)'\n');
            _counted = at;
            return _line;
        }
    }
}
