using System.Text.Json;

namespace PerfGate.Core.K6Output;

/// <summary>A line of k6's JSON output taken apart, whatever the order of its keys. Texts are unescaped copies.</summary>
internal sealed class NdjsonRow
{
    private const int Metric = 0;
    private const int Type = 1;
    private const int Time = 2;
    private const int MetricTypeField = 3;
    private const int Tags = 4;

    private byte[] _text = new byte[4096];
    private readonly (int Start, int Length)[] _fields = new (int, int)[Tags + 9];
    private int _written;
    private double? _value;

    /// <summary>Whether it is a sample.</summary>
    public bool IsPoint => Text(Type).SequenceEqual("Point"u8);

    /// <summary>Whether it says what a metric is.</summary>
    public bool IsMetric => Text(Type).SequenceEqual("Metric"u8);

    /// <summary>Time as it is written; empty where there is none.</summary>
    public ReadOnlySpan<byte> TimeText => Text(Time);

    /// <summary>Type of the metric; empty where it is not told.</summary>
    public ReadOnlySpan<byte> MetricType => Text(MetricTypeField);

    /// <summary>Value; null where there is none.</summary>
    public double? Value => _value;

    /// <summary>The metric's name.</summary>
    public ReadOnlySpan<byte> MetricName => Text(Metric);

    /// <summary>The texts that tell the series.</summary>
    public TagText TagText() =>
        new()
        {
            Metric = Text(Metric),
            Check = Text(Tags),
            Error = Text(Tags + 1),
            ErrorCode = Text(Tags + 2),
            ExpectedResponse = Text(Tags + 3),
            Group = Text(Tags + 4),
            Method = Text(Tags + 5),
            Name = Text(Tags + 6),
            Scenario = Text(Tags + 7),
            Status = Text(Tags + 8),
        };

    /// <summary>Takes a line apart; null, or why it is none of k6's.</summary>
    public string? Read(ReadOnlySpan<byte> line)
    {
        Array.Clear(_fields);
        _value = null;
        _written = 0;
        if (_text.Length < line.Length)
        {
            _text = new byte[line.Length];
        }
        try
        {
            var json = new Utf8JsonReader(line);
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                return "it is no JSON object";
            }
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("metric"u8))
                {
                    CopyOnce(ref json, Metric);
                }
                else if (json.ValueTextEquals("type"u8))
                {
                    CopyOnce(ref json, Type);
                }
                else if (json.ValueTextEquals("data"u8))
                {
                    ReadData(ref json);
                }
                else
                {
                    Pass(ref json);
                }
            }
            // Whatever follows the object throws.
            json.Read();
            return null;
        }
        catch (JsonException e)
        {
            return FormattableString.Invariant($"it is not whole JSON (byte {e.BytePositionInLine + 1})");
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            return "it is not shaped as k6 shapes it";
        }
    }

    private void ReadData(ref Utf8JsonReader json)
    {
        json.Read();
        Expect(json.TokenType == JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("time"u8))
            {
                CopyOnce(ref json, Time);
            }
            else if (json.ValueTextEquals("value"u8))
            {
                json.Read();
                Expect(json.TokenType == JsonTokenType.Number);
                var used = DecimalText.Read(json.ValueSpan, out var value);
                Expect(used == json.ValueSpan.Length && _value is null);
                _value = value;
            }
            else if (json.ValueTextEquals("type"u8))
            {
                CopyOnce(ref json, MetricTypeField);
            }
            else if (json.ValueTextEquals("tags"u8))
            {
                ReadTags(ref json);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private void ReadTags(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
        {
            return;
        }
        Expect(json.TokenType == JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field =
                json.ValueTextEquals("check"u8) ? Tags
                : json.ValueTextEquals("error"u8) ? Tags + 1
                : json.ValueTextEquals("error_code"u8) ? Tags + 2
                : json.ValueTextEquals("expected_response"u8) ? Tags + 3
                : json.ValueTextEquals("group"u8) ? Tags + 4
                : json.ValueTextEquals("method"u8) ? Tags + 5
                : json.ValueTextEquals("name"u8) ? Tags + 6
                : json.ValueTextEquals("scenario"u8) ? Tags + 7
                : json.ValueTextEquals("status"u8) ? Tags + 8
                : -1;
            if (field < 0)
            {
                json.Read();
                Expect(json.TokenType == JsonTokenType.String);
            }
            else
            {
                Copy(ref json, field);
            }
        }
    }

    // Said twice, it would be two different things to a reader from the front and to one from the back.
    private void CopyOnce(ref Utf8JsonReader json, int field)
    {
        Expect(_fields[field] == default);
        Copy(ref json, field);
    }

    private void Copy(ref Utf8JsonReader json, int field)
    {
        json.Read();
        Expect(json.TokenType == JsonTokenType.String);
        var length = json.CopyString(_text.AsSpan(_written));
        _fields[field] = (_written, length);
        _written += length;
    }

    private static void Pass(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    private static void Expect(bool met)
    {
        if (!met)
        {
            throw new FormatException();
        }
    }

    private ReadOnlySpan<byte> Text(int field) => _text.AsSpan(_fields[field].Start, _fields[field].Length);
}
