using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PerfGate.Core.Metrics;

namespace PerfGate.Core.K6Output;

/// <summary>
/// A <see cref="SecondRecord"/> as a line of JSON. Members that are zero or empty are left out. Version 2:
/// <c>{"v":2,"t":second,"vus","vusMax","it":iterations,"drop","sent","recv","checks":[[name,passes,fails]],
/// "req":[{"s":scenario,"g":group,"e":endpoint,"n":requests,"f":failed,"ok":sketch,"bad":sketch}],
/// "ph":{phase:sketch},"fail":[[code,status,error,count]],"own":[{"m":metric,"nz":notZero,"x":sketch}]}</c>, a
/// sketch being <c>[count,sumMs,minMs,maxMs,"base64 of HdrHistogram's compressed encoding"]</c>. Version 1 had histograms of
/// microseconds, which say so themselves, and no <c>own</c>; it is read as well.
/// </summary>
public static class SecondRecordJson
{
    /// <summary>Version written. It and the one before are read, others refused.</summary>
    public const int Version = 2;

    // The end of the year 9999.
    private const long LastSecond = 253_402_300_799;

    // Nothing pastes it into HTML: base64 stays as it is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] PhaseNames = ["blocked", "connecting", "tls", "sending", "waiting", "receiving"];

    /// <summary>The record as one line of UTF-8, its line feed included.</summary>
    public static byte[] Write(SecondRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>(8 * 1024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("v", Version);
            json.WriteNumber("t", record.Second);
            WriteGauge(json, "vus", record.Vus);
            WriteGauge(json, "vusMax", record.VusMax);
            WriteCount(json, "it", record.Iterations);
            WriteCount(json, "drop", record.DroppedIterations);
            WriteCount(json, "sent", record.DataSent);
            WriteCount(json, "recv", record.DataReceived);
            WriteChecks(json, record.Checks);
            WriteRequests(json, record.Requests);
            WritePhases(json, record.Phases);
            WriteFailures(json, record.Failures);
            WriteCustom(json, record.Custom);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads one line.</summary>
    /// <exception cref="FormatException">
    /// It is not a record of version 1 or 2, or holds what cannot have been measured: whoever uploads it stands beside a target.
    /// </exception>
    public static SecondRecord Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.GetProperty("v").GetInt32() is < 1 or > Version)
            {
                throw new FormatException(
                    FormattableString.Invariant(
                        $"The record is of version {root.GetProperty("v")}, not 1 or {Version}."
                    )
                );
            }
            return new SecondRecord
            {
                Second = Within(root.GetProperty("t").GetInt64(), LastSecond),
                Vus = root.TryGetProperty("vus", out var vus) ? Vus(vus) : null,
                VusMax = root.TryGetProperty("vusMax", out var vusMax) ? Vus(vusMax) : null,
                Iterations = Count(root, "it"),
                DroppedIterations = Count(root, "drop"),
                DataSent = Number(root, "sent"),
                DataReceived = Number(root, "recv"),
                Checks = Items(root, "checks", c => new CheckCount(Text(c, 0), Count(c[1]), Count(c[2]))),
                Requests = Items(root, "req", ReadRequest),
                Phases = root.TryGetProperty("ph", out var phases) ? ReadPhases(phases) : PhaseSketches.Empty,
                Failures = Items(
                    root,
                    "fail",
                    f => new FailureCount(Text(f, 0), f[1].GetInt32(), Text(f, 2), Count(f[3]))
                ),
                Custom = Items(
                    root,
                    "own",
                    c => new CustomRecord(c.GetProperty("m").GetString() ?? "", Count(c, "nz"), ReadSketch(c, "x"))
                ),
            };
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or IndexOutOfRangeException
                        or ArgumentException
            )
        {
            throw new FormatException("The line is not a record of a second.", e);
        }
    }

    /// <summary>
    /// Reads the lines of a series in which the last may be cut off, as it is where the runner was killed or still writes.
    /// </summary>
    /// <param name="ndjson">UTF-8.</param>
    /// <param name="used">Bytes of whole lines: read on from there.</param>
    /// <exception cref="FormatException">A whole line is not a record; the message names the line.</exception>
    public static IReadOnlyList<SecondRecord> ReadLines(ReadOnlyMemory<byte> ndjson, out int used)
    {
        var records = new List<SecondRecord>();
        used = 0;
        int length;
        var lines = 0;
        while ((length = ndjson.Span[used..].IndexOf((byte)'\n')) >= 0)
        {
            lines++;
            try
            {
                // Empty lines are a runner's sign of life.
                if (length > 0)
                {
                    records.Add(Read(ndjson.Slice(used, length)));
                }
            }
            catch (FormatException e)
            {
                throw new FormatException(FormattableString.Invariant($"Line {lines}: {e.Message}"), e);
            }
            used += length + 1;
        }
        return records;
    }

    private static void WriteGauge(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteCount(Utf8JsonWriter json, string name, double value)
    {
        if (value != 0)
        {
            json.WriteNumber(name, value);
        }
    }

    private static void WriteChecks(Utf8JsonWriter json, IReadOnlyList<CheckCount> checks)
    {
        if (checks.Count == 0)
        {
            return;
        }
        json.WriteStartArray("checks");
        foreach (var check in checks)
        {
            json.WriteStartArray();
            json.WriteStringValue(check.Name);
            json.WriteNumberValue(check.Passes);
            json.WriteNumberValue(check.Fails);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteRequests(Utf8JsonWriter json, IReadOnlyList<RequestRecord> requests)
    {
        if (requests.Count == 0)
        {
            return;
        }
        json.WriteStartArray("req");
        foreach (var request in requests)
        {
            json.WriteStartObject();
            json.WriteString("s", request.Scenario);
            json.WriteString("g", request.Group);
            json.WriteString("e", request.Endpoint);
            json.WriteNumber("n", request.Requests);
            WriteCount(json, "f", request.Failed);
            WriteSketch(json, "ok", request.Answered);
            WriteSketch(json, "bad", request.Unexpected);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static RequestRecord ReadRequest(JsonElement request) =>
        new(
            request.GetProperty("s").GetString() ?? "",
            request.GetProperty("g").GetString() ?? "",
            request.GetProperty("e").GetString() ?? "",
            Count(request.GetProperty("n")),
            Count(request, "f"),
            ReadSketch(request, "ok"),
            ReadSketch(request, "bad")
        );

    private static void WritePhases(Utf8JsonWriter json, PhaseSketches phases)
    {
        DurationSketch[] sketches =
        [
            phases.Blocked,
            phases.Connecting,
            phases.TlsHandshaking,
            phases.Sending,
            phases.Waiting,
            phases.Receiving,
        ];
        json.WriteStartObject("ph");
        for (var i = 0; i < sketches.Length; i++)
        {
            WriteSketch(json, PhaseNames[i], sketches[i]);
        }
        json.WriteEndObject();
    }

    private static PhaseSketches ReadPhases(JsonElement phases) =>
        new(
            ReadSketch(phases, PhaseNames[0]),
            ReadSketch(phases, PhaseNames[1]),
            ReadSketch(phases, PhaseNames[2]),
            ReadSketch(phases, PhaseNames[3]),
            ReadSketch(phases, PhaseNames[4]),
            ReadSketch(phases, PhaseNames[5])
        );

    private static void WriteFailures(Utf8JsonWriter json, IReadOnlyList<FailureCount> failures)
    {
        if (failures.Count == 0)
        {
            return;
        }
        json.WriteStartArray("fail");
        foreach (var failure in failures)
        {
            json.WriteStartArray();
            json.WriteStringValue(failure.ErrorCode);
            json.WriteNumberValue(failure.Status);
            json.WriteStringValue(failure.Error);
            json.WriteNumberValue(failure.Count);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteCustom(Utf8JsonWriter json, IReadOnlyList<CustomRecord> custom)
    {
        if (custom.Count == 0)
        {
            return;
        }
        json.WriteStartArray("own");
        foreach (var metric in custom)
        {
            json.WriteStartObject();
            json.WriteString("m", metric.Name);
            WriteCount(json, "nz", metric.NotZero);
            WriteSketch(json, "x", metric.Values);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSketch(Utf8JsonWriter json, string name, DurationSketch sketch)
    {
        if (sketch.Count == 0)
        {
            return;
        }
        json.WriteStartArray(name);
        json.WriteNumberValue(sketch.Count);
        json.WriteNumberValue(sketch.SumMs);
        json.WriteNumberValue(sketch.MinMs);
        json.WriteNumberValue(sketch.MaxMs);
        json.WriteBase64StringValue(sketch.Histogram.Span);
        json.WriteEndArray();
    }

    private static DurationSketch ReadSketch(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var sketch))
        {
            return DurationSketch.Empty;
        }
        var (count, sum) = (Count(sketch[0]), Value(sketch[1], MeasuredRange.Greatest * MeasuredRange.MostInSecond));
        var (min, max) = (Value(sketch[2]), Value(sketch[3]));
        return min <= max
            ? new DurationSketch(count, sum, min, max, sketch[4].GetBytesFromBase64())
            : throw new FormatException("The least of its values is greater than the greatest.");
    }

    private static double Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var number)
            ? Value(number, MeasuredRange.Greatest * MeasuredRange.MostInSecond)
            : 0;

    private static double Value(JsonElement number, double greatest = MeasuredRange.Greatest) =>
        number.GetDouble() is var value && Math.Abs(value) <= greatest
            ? value
            : throw new FormatException("It holds a value that cannot have been measured.");

    private static long Count(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var count) ? Within((long)Value(count), MeasuredRange.MostInSecond) : 0;

    private static long Count(JsonElement count) => Within(count.GetInt64(), MeasuredRange.MostInSecond);

    private static int Vus(JsonElement vus) => (int)Within(vus.GetInt32(), MeasuredRange.MostVus);

    private static long Within(long number, long greatest) =>
        number >= 0 && number <= greatest
            ? number
            : throw new FormatException("It holds a number that cannot have been counted.");

    private static string Text(JsonElement array, int index) => array[index].GetString() ?? "";

    private static List<T> Items<T>(JsonElement parent, string name, Func<JsonElement, T> read) =>
        parent.TryGetProperty(name, out var array) ? [.. array.EnumerateArray().Select(read)] : [];
}
